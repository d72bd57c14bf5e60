import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('./server-entry.ts', import.meta.url));

export type ServerProcess = {
  readonly port: number;
  readonly readyMs: number;
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** Starts the server in a process of its own; `under` names a program that runs it, with its arguments. */
export const startServer = async ({
  database,
  port = 0,
  env = {},
  under = [],
}: {
  database: string;
  port?: number;
  env?: NodeJS.ProcessEnv;
  under?: readonly string[];
}): Promise<ServerProcess> => {
  const startMs = performance.now();
  const [program = process.execPath, ...args] = [...under, process.execPath, entry, database, String(port)];
  const child: ChildProcess = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('no output');
  for await (const line of createInterface(child.stdout)) {
    const found = /^port (\d+) process (\d+)$/.exec(line);
    if (!found) continue;
    return {
      port: Number(found[1]),
      readyMs: performance.now() - startMs,
      async kill(signal) {
        const ended = once(child, 'exit');
        // Not the program it runs under: strace ends with it, and not before.
        process.kill(Number(found[2]), signal);
        await ended;
      },
    };
  }
  throw new Error('the server did not start');
};
