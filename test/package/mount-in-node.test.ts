import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { tempFolder } from '../server/temp-folder.ts';

const example = fileURLToPath(new URL('../../examples/mount-in-node/server.mjs', import.meta.url));

it('the example serves the shop and the sync server, and ends on SIGTERM', async () => {
  const folder = tempFolder();
  const child = spawn(process.execPath, [example], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      SHOP_DATABASE: folder.path('shop.db'),
      SHOP_TOKEN_SECRET: 'secret-of-the-shop-0123456789-0123456789',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const url = line.slice(line.indexOf('http'));
  expect(await (await fetch(`${url}/any`)).text()).toContain('The shop');
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
  const auth = { guest: 'guest_of_example', secret: 'secret_of_example_0123' };
  const op = { q: 1, i: 'op_example_1', a: 0, at: 0, c: 'cart', k: 'sofa', t: 'add', n: 1 };
  const body = {
    v: 1,
    site: 'pk_shop',
    sdk: '0',
    channel: 'web',
    device: 'device_one',
    auth,
    r: 'replica_one',
    cur: null,
    low: 0,
    ops: [op],
  };
  const reply = await fetch(`${url}/v1/sync`, { method: 'POST', body: JSON.stringify(body) });
  expect(((await reply.json()) as { head: number }).head).toBe(1);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  folder.remove();
});
