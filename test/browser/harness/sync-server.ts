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
    port,
    async token(customerId) {
      const body = JSON.stringify({ customerId });
      const reply = await fetch(`http://127.0.0.1:${port}/dev/token`, { method: 'POST', body });
      return ((await reply.json()) as { token: string }).token;
    },
    async setElsewhere(token, key, value) {
      const ids = { device: randomUUID(), r: randomUUID() };
      const op = { t: 'put', c: 'preferences', k: key, v: value, q: 1, i: randomUUID(), a: 0, at: 0 };
      const body = { v: 1, site: 'pk_demo', sdk: 'test', channel: 'web', ...ids, auth: { token }, cur: null, low: 0 };
      const reply = await fetch(`http://127.0.0.1:${port}/v1/sync`, {
        method: 'POST',
        body: JSON.stringify({ ...body, ops: [op] }),
      });
      const { acks } = (await reply.json()) as { acks?: string[][] };
      if (acks?.[0]?.[1] !== 'ok') throw new Error(`The other device was refused: ${JSON.stringify(acks)}`);
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
};
