import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { keyA, startChannels } from '../server/channel-world.ts';
import { add } from '../server/core-world.ts';
import { type HttpWorld, request, sign } from '../server/http-world.ts';

const script = fileURLToPath(new URL('../../examples/till/till.mjs', import.meta.url));

let world: HttpWorld;
beforeAll(async () => {
  world = await startChannels();
});
afterAll(() => world.stop());

const till = async (...words: string[]) => {
  const env = { PATH: process.env.PATH, RELEVO_URL: world.url, RELEVO_KEY: keyA };
  return (await promisify(execFile)(process.execPath, [script, ...words], { env })).stdout.trim().split('\n');
};

test('a till sees the customer’s cart, adds to it and sells it, with nothing but its key', async () => {
  const auth = { token: await sign() };
  await world.post(request({ auth, ops: [add(1, 'lamp', 1, { f: { sku: 'LAMP', title: 'Lamp' } })] }));
  expect(await till('ana', 'scan', 'SOFA', '2')).toEqual(['1 × Lamp  (web)', '  2 × SOFA  (pos)']);
  const { ent } = (await world.post(request({ auth }))).json as unknown as SyncReply;
  expect(JSON.stringify(ent)).toContain('"till-3"');
  expect(await till('ana', 'pay', 'N-1500')).toEqual(['1 × LAMP', '  2 × SOFA', 'N-1500: completed']);
  expect(await till('ana', 'pay', 'N-1500')).toEqual(['Nothing to pay.']);
});

test('what the server refuses is said in its words', async () => {
  await till('ana', 'scan', 'MUG');
  const said = await till('ana', 'pay', 'x'.repeat(129)).catch(({ stderr }: { stderr: string }) => stderr);
  expect(said).toContain('request/malformed');
});
