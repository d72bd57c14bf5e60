import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTill } from '../../examples/till/till.mjs';
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

/** What the till prints. */
const tillOf = async (customer: string, command: 'show' | 'scan' | 'pay' | 'void', ...words: string[]) => {
  const paper: string[] = [];
  const at = createTill({
    server: world.url,
    key: keyA,
    customer,
    print: (text: string) => void paper.push(text),
  });
  await (at[command] as (...words: string[]) => Promise<unknown>)(...words);
  return paper;
};
const till = (...asked: Parameters<typeof tillOf> extends [string, ...infer Rest] ? Rest : never) =>
  tillOf('ana', ...asked);

test('a till sees the customer’s cart, adds to it and sells it, with nothing but its key', async () => {
  const auth = { token: await sign() };
  await world.post(request({ auth, ops: [add(1, 'lamp', 1, { f: { sku: 'LAMP', title: 'Lamp' } })] }));
  expect(await till('scan', 'SOFA', '2')).toEqual(['1 × Lamp (web)', '2 × SOFA (pos)']);
  expect(await till('scan', 'MUG')).toHaveLength(3);
  expect(await till('void', 'MUG')).toEqual(['1 × Lamp (web)', '2 × SOFA (pos)']);
  const { ent } = (await world.post(request({ auth }))).json as unknown as SyncReply;
  expect(JSON.stringify(ent)).toContain('"till-3"');
  expect(await till('pay', 'N-1500')).toEqual(['1 × LAMP', '2 × SOFA', 'N-1500: completed']);
  expect(await till('pay', 'N-1501')).toEqual(['Nothing to pay.']);
  expect(await till('pay')).toEqual(['pay ORDER: the number of the order.']);
});

test('a scan whose answer was lost is sent again and counts once', async () => {
  const { fetch } = globalThis;
  let lost = 0;
  globalThis.fetch = async (...asked) => {
    const reply = await fetch(...asked);
    if (!String(asked[0]).endsWith('/changes') || lost++ > 0) return reply;
    throw new TypeError('fetch failed');
  };
  try {
    expect(await tillOf('ben', 'scan', 'ONCE')).toEqual(['1 × ONCE (pos)']);
  } finally {
    globalThis.fetch = fetch;
  }
  expect(lost).toBe(2);
});

test('it is a script that says in the server’s words what was refused', async () => {
  const env = { PATH: process.env.PATH, RELEVO_URL: world.url, RELEVO_KEY: `${keyA}0` };
  const run = promisify(execFile)(process.execPath, [script, 'ana', 'show'], { env });
  expect(await run.catch(({ code, stderr }) => [code, stderr])).toEqual([1, expect.stringContaining('auth/key')]);
});
