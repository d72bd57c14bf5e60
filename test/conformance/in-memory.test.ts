import { describe, test } from 'vitest';
import { conformance } from '../../src/testing/conformance/conformance.ts';
import { createMemoryHost } from './memory-host.ts';

describe('engine and server core in virtual time', () => {
  test.each(conformance.map((one) => [`${one.id} ${one.title}`, one] as const))('%s', async (_, { run }) => {
    const host = createMemoryHost();
    try {
      await run(host);
    } finally {
      await host.close();
    }
  });
});
