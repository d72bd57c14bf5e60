import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PoliteResult } from './polite-entry.ts';

/** Starts the polite client in its own process: its latency must not be that of the fuzzer's event loop. */
export const startPolite = async ({ port, canary }: { port: number; canary: string }) => {
  const entry = fileURLToPath(new URL('./polite-entry.ts', import.meta.url));
  const child = spawn(process.execPath, [entry, String(port), canary], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const messages: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  child.on('message', (message) => {
    const next = waiting.shift();
    if (next) next(message);
    else messages.push(message);
  });
  // Not its exit, which may come before its last message.
  const ended = once(child, 'close');
  const next = async (): Promise<unknown> => {
    if (messages.length > 0) return messages.shift();
    const failed = ended.then(([code, signal]) => {
      throw new Error(`the polite client ended: code ${String(code)}, signal ${String(signal)}`);
    });
    return Promise.race([new Promise((done) => waiting.push(done)), failed]);
  };
  const first = (await next()) as { cursor?: string };
  return {
    /** A cursor of its space, for the fuzzer to try. */
    cursor: first.cursor ?? '',
    async stop(): Promise<PoliteResult> {
      // One that ends at this moment needs no telling.
      if (child.connected) child.send('stop', () => {});
      const result = (first.cursor === undefined ? first : await next()) as PoliteResult;
      await ended;
      return result;
    },
  };
};
