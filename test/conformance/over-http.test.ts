import { describe, test } from 'vitest';
import { conformance } from '../../src/testing/conformance/conformance.ts';
import { createHttpHost } from './http-host.ts';

describe('the server on SQLite over HTTP', () => {
  test.each(conformance.map((one) => [`${one.id} ${one.title}`, one] as const))('%s', async (_, { run }) => {
    const host = createHttpHost();
    try {
      await run(host);
    } finally {
      await host.close();
    }
  });
});
