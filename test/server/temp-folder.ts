import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder and how to get rid of it. */
export const tempFolder = (): { readonly path: (name: string) => string; readonly remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-server-'));
  return { path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) };
};

/** Timers that fire when told to. */
export const manualTimer = () => {
  const waiting = new Set<() => void>();
  return {
    timer: (_ms: number, callback: () => void) => {
      waiting.add(callback);
      return () => void waiting.delete(callback);
    },
    /** Fires whatever waits now, after everything that can run has run. */
    async fire() {
      for (let turn = 0; turn < 3; turn++) await new Promise<void>((done) => setImmediate(done));
      for (const callback of [...waiting]) callback();
    },
    get waiting() {
      return waiting.size;
    },
  };
};
