import { expect, test } from 'vitest';
import { runScript } from '../../src/testing/run-script.ts';
import { makeScript } from '../../src/testing/script.ts';
import { simulationEnv } from './env.ts';

test('the engine of the release before runs beside the one of today, and says so on the wire', async () => {
  const versions = new Set<string>();
  const previousEngine: NonNullable<typeof simulationEnv.previousEngine> = (options, ports, flags) =>
    simulationEnv.previousEngine?.(
      options,
      {
        ...ports,
        transport: {
          ...ports.transport,
          post(path, body, how) {
            versions.add((JSON.parse(body) as { sdk: string }).sdk);
            return ports.transport.post(path, body, how);
          },
        },
      },
      flags,
    ) ?? expect.fail('there is no engine of the release before');
  const script = makeScript(1, { steps: 60, only: ['offline'] });
  const devices = script.devices.map((spec, d) => (d ? spec : { ...spec, sdk: 'previous' as const }));
  const { finding } = await runScript({ ...script, devices }, { ...simulationEnv, previousEngine });
  expect(finding).toBe(undefined);
  expect([...versions]).toEqual(['0.1.0']);
});
