import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Usage = {
  readonly maxRssMib: number;
  /** What is still held after a garbage collection. */
  readonly heapMib: number;
  readonly cpuS: number;
  /** How long it could have run and got no processor, where the system tells. */
  readonly waitedS?: number;
  readonly sockets: number;
};

/** Starts `server-entry.ts` in a process of its own; what it logs goes into a file. */
export const startServer = async ({
  folder,
  plant,
}: {
  folder: (name: string) => string;
  plant?: string | undefined;
}) => {
  const database = folder('relevo.db');
  const logFile = folder('server.log');
  const log = openSync(logFile, 'w');
  const entry = fileURLToPath(new URL('./server-entry.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [entry, database], {
    env: { ...process.env, ...(plant ? { RELEVO_FUZZ_PLANT: plant } : {}) },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  let exit: string | undefined;
  const ended = once(child, 'exit').then(([code, signal]) => {
    exit = `code ${String(code)}, signal ${String(signal)}`;
  });
  const readLog = () => readFileSync(logFile, 'utf8');
  const [started] = (await Promise.race([
    once(child, 'message'),
    ended.then(() => {
      throw new Error(`the server did not start:\n${readLog()}`);
    }),
  ])) as [{ port: number }];
  return {
    port: started.port,
    database,
    readLog,
    /** How the process ended, when it did. */
    get exit() {
      return exit;
    },
    /** Waits for an end that has begun: the channel to the process is closed before its exit is told. */
    async end() {
      await ended;
      return exit;
    },
    /** Undefined when the process has ended or ends. */
    async usage(): Promise<Usage | undefined> {
      if (!child.connected) return undefined;
      child.send('usage');
      const [usage] = (await Promise.race([once(child, 'message'), ended.then(() => [undefined])])) as [
        Usage | undefined,
      ];
      return usage;
    },
    /** True when it ended by itself within `ms`. */
    async stop(ms = 10_000): Promise<boolean> {
      if (exit !== undefined) return false;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), ms);
      await ended;
      clearTimeout(late);
      return exit === 'code 0, signal null';
    },
  };
};
