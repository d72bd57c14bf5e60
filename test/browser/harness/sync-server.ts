import { spawn } from 'node:child_process';
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
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
};
