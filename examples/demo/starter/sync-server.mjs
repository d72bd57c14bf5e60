import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

// One that cannot start ends by itself; a busy machine only takes long.
const startMs = 60_000;
const stopMs = 6_000;

/**
 * The sync server, as an integrator runs it: the command `relevo-server --dev` with a SQLite file.
 * Resolves when it answers; what it prints goes to `logFile`.
 *
 * @param {{ port: number, dbFile: string, logFile: string }} options
 */
export const startSyncServer = async ({ port, dbFile, logFile }) => {
  const log = openSync(logFile, 'w');
  const child = spawn(process.execPath, [findCli(), '--dev', '--port', String(port), '--db', dbFile], {
    stdio: ['ignore', log, log],
    env: { ...process.env, NODE_ENV: 'development' },
  });
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));

  const origin = `http://localhost:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    const inTime = await Promise.race([exited.then(() => true), wait(stopMs, false, { ref: false })]);
    if (!inTime) child.kill('SIGKILL');
    await exited;
  };

  if (!(await answers(origin, exited))) {
    await stop();
    throw new Error(`The sync server did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`);
  }
  return { origin, pid: child.pid, exited, stop };
};

const findCli = () => {
  const manifestFile = createRequire(import.meta.url).resolve('relevo-server/package.json');
  const cli = join(dirname(manifestFile), JSON.parse(readFileSync(manifestFile, 'utf8')).bin['relevo-server']);
  if (!existsSync(cli)) throw new Error('The sync server is not built yet. `npm run demo` builds it first.');
  return cli;
};

const answers = async (origin, exited) => {
  let alive = true;
  const ended = exited.then(() => {
    alive = false;
  });
  const deadline = performance.now() + startMs;
  while (alive && performance.now() < deadline) {
    const reply = await fetch(`${origin}/healthz`).catch(() => null);
    if (reply?.ok) return true;
    await Promise.race([ended, wait(50)]);
  }
  return false;
};
