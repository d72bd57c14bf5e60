import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('./server-entry.ts', import.meta.url));

export type ServerOptions = {
  readonly database: string;
  readonly port?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** A program that runs the server, with its arguments. */
  readonly under?: readonly string[];
};

export type ServerProcess = {
  readonly port: number;
  readonly readyMs: number;
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** Begins to start the server; `kill` ends it wherever it is. */
export const spawnServer = ({ database, port = 0, env = {}, under = [] }: ServerOptions) => {
  const [program = process.execPath, ...args] = [...under, process.execPath, entry, database, String(port)];
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  return {
    output: child.stdout,
    async kill(signal: NodeJS.Signals, pid = child.pid) {
      if (pid) process.kill(pid, signal);
      await ended;
    },
  };
};

/** Starts the server in a process of its own. */
export const startServer = async (options: ServerOptions): Promise<ServerProcess> => {
  const startMs = performance.now();
  const { output, kill } = spawnServer(options);
  for await (const line of createInterface(output)) {
    const found = /^port (\d+) process (\d+)$/.exec(line);
    if (!found) continue;
    return {
      port: Number(found[1]),
      readyMs: performance.now() - startMs,
      // Not the program it runs under: strace ends with it, and not before.
      kill: (signal) => kill(signal, Number(found[2])),
    };
  }
  throw new Error('the server did not start');
};
