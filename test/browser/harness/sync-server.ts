import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../../src/server/dist/cli.js', import.meta.url));

export type SyncServer = {
  readonly port: number;
  /** A token of the demo site. */
  token(customerId: string): Promise<string>;
  /** A preference that another device of this token's customer sets. */
  setElsewhere(token: string, key: string, value: string): Promise<void>;
  /** One of an article that such a device puts into the cart. */
  addElsewhere(token: string, sku: string): Promise<void>;
  close(): Promise<void>;
};

/** The built `relevo-server --dev` in a process of its own, on a SQLite file that nothing has used yet. */
export const startSyncServer = async (): Promise<SyncServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-server-'));
  const child = spawn(process.execPath, [cli, '--dev', '--port', '0', '--db', join(folder, 'relevo.db')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'development' },
  });
  const lines = createInterface(child.stdout);
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The sync server did not start. Is it built?')));
    lines.on('line', (line) => {
      const found = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
      if (found) resolve(Number(found[1]));
    });
  });
  return {
    ...talkingTo(port),
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** What a test says to a server with the demo site. */
export const talkingTo = (port: number): Omit<SyncServer, 'close'> => {
  const change = async (token: string, op: object) => {
    const ids = { device: randomUUID(), r: randomUUID() };
    const numbered = { q: 1, i: randomUUID(), a: 0, at: 0, ...op };
    const body = { v: 1, site: 'pk_demo', sdk: 'test', channel: 'web', ...ids, auth: { token }, cur: null, low: 0 };
    const reply = await fetch(`http://127.0.0.1:${port}/v1/sync`, {
      method: 'POST',
      body: JSON.stringify({ ...body, ops: [numbered] }),
    });
    const { acks } = (await reply.json()) as { acks?: string[][] };
    if (acks?.[0]?.[1] !== 'ok') throw new Error(`The other device was refused: ${JSON.stringify(acks)}`);
  };
  return {
    port,
    async token(customerId) {
      const body = JSON.stringify({ customerId });
      const reply = await fetch(`http://127.0.0.1:${port}/dev/token`, { method: 'POST', body });
      return ((await reply.json()) as { token: string }).token;
    },
    setElsewhere: (token, key, value) => change(token, { t: 'put', c: 'preferences', k: key, v: value }),
    addElsewhere: (token, sku) => change(token, { t: 'add', c: 'cart', k: sku, n: 1, f: { sku } }),
  };
};
