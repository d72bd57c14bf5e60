import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../node_modules/hermes-engine-cli/linux64-bin/hermes', import.meta.url));
const globals = readFileSync(new URL('vm-globals.js', import.meta.url), 'utf8');
const mark = '@relevo ';

/** What browsers, Node or newer engines have and a React Native app on an older Hermes has not. To look at one is reported. */
export const absentGlobals = [
  'BroadcastChannel',
  'Buffer',
  'CustomEvent',
  'DOMException',
  'Event',
  'EventTarget',
  'FinalizationRegistry',
  'Intl',
  'MessageChannel',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'WeakRef',
  'Worker',
  'addEventListener',
  'atob',
  'btoa',
  'caches',
  'crypto',
  'document',
  'history',
  'indexedDB',
  'localStorage',
  'location',
  'sessionStorage',
  'structuredClone',
] as const;

/** A line from the VM: what it is, and the rest of it. */
export type FromVm = readonly [kind: string, ...rest: unknown[]];

/** A running Hermes, fed through its standard input. It has no other way in or out. */
export type HermesVm = {
  /** Calls `fromHost` in the VM. To a VM that is gone it says nothing. */
  tell(kind: string, ...rest: readonly unknown[]): void;
  /** Runs source text as a script of its own. */
  run(source: string): void;
  /** SIGKILL; resolves when the process is gone and all it had printed was heard. */
  kill(): Promise<void>;
};

/** Starts Hermes with the globals that React Native gives; `hear` gets what it says, in order. */
export const startHermes = (hear: (message: FromVm) => void): HermesVm => {
  const child = spawn(binary, ['-w', '-prompt=', '-prompt2=', '-Xmicrotask-queue'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(child, 'close');
  let isGone = false;
  child.once('exit', () => {
    isGone = true;
  });
  // A line to a VM that was killed this instant.
  child.stdin.on('error', () => {});
  createInterface(child.stdout).on('line', (line) => {
    // The prompt's other output: the value of each line, which is nothing.
    if (line.startsWith(mark)) hear(JSON.parse(line.slice(mark.length)) as FromVm);
    else if (line.startsWith('Uncaught')) hear(['uncaught', line]);
  });

  const write = (source: string) => {
    if (!isGone) child.stdin.write(`${source};0\n`);
  };
  const run = (source: string) => write(`(0,eval)(${literal(source)})`);
  write(`globalThis.absentGlobals=${literal(absentGlobals)}`);
  run(globals);
  return {
    tell: (kind, ...rest) => write(`fromHost(${[kind, ...rest].map(literal).join(',')})`),
    run,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
};

/** JSON in the characters that the prompt takes on one line. */
const literal = (value: unknown): string =>
  JSON.stringify(value ?? null).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
