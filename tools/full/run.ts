// `node tools/full/run.ts GATE`            runs what the gate has no green result of yet, within its time; call it again to go on.
//                                          A result holds until a file changes that it was of. Commit `tools/full/results` to keep it
// `node tools/full/run.ts GATE --quick`    its short form, for `.ci/run`; keeps no results
// `node tools/full/run.ts GATE --anew`     forgets what an earlier call has
// `node tools/full/run.ts GATE --any`      takes green results of other files too
// `node tools/full/run.ts GATE --only X`   only parts whose name contains X
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Figure } from './figures.ts';
import type { Part } from './gate.ts';
import { gates } from './gates.ts';
import { currentCommit, isTrueHere, readResults, saveResult } from './results.ts';
import { printTable } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    anew: { type: 'boolean', default: false },
    any: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});

const found = gates.find(({ name }) => name === positionals[0]);
if (!found) {
  console.error(`Name one of the gates: ${gates.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const gate = found;
const commit = currentCommit();
const endsAtMs = performance.now() + gate.minutes * 60_000;
const scratch = mkdtempSync(join(tmpdir(), 'relevo-figures-'));
const running = new Set<ChildProcess>();
let made = 0;

const readFigures = (file: string): Figure[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Figure)
    : [];

/** Runs one part; false when it failed or when its time was over. */
const runPart = (part: Part, limitMs: number): Promise<{ isGreen: boolean; isCut: boolean; figures: Figure[] }> =>
  new Promise((resolve) => {
    const file = join(scratch, `${made++}.jsonl`);
    const [program = '', ...args] = part.command;
    const child = spawn(program, args, {
      env: { ...process.env, ...part.env, RELEVO_FIGURES: file },
      stdio: 'inherit',
      detached: true,
    });
    running.add(child);
    let isCut = false;
    const end = (signal: NodeJS.Signals) => {
      try {
        if (child.pid) process.kill(-child.pid, signal);
      } catch {
        // it has ended already
      }
    };
    const cut = setTimeout(() => {
      isCut = true;
      end('SIGKILL');
    }, limitMs);
    child.on('error', (error) => console.error(`${program}: ${error.message}`));
    child.on('close', (code) => {
      clearTimeout(cut);
      running.delete(child);
      resolve({ isGreen: code === 0, isCut, figures: readFigures(file) });
    });
  });

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    for (const { pid } of running) if (pid) process.kill(-pid, 'SIGKILL');
    process.exit(1);
  });

const runQuick = async (): Promise<boolean> => {
  const todo = [...gate.quick];
  let isGreen = true;
  const work = async () => {
    for (let part = todo.shift(); part; part = todo.shift()) {
      console.log(`\n-- ${gate.name}, quick: ${part.name}`);
      isGreen = (await runPart(part, gate.minutes * 60_000)).isGreen && isGreen;
    }
  };
  await Promise.all(Array.from({ length: gate.atOnce ?? 1 }, work));
  return isGreen;
};

const isDone = (part: Part): boolean => {
  const result = values.anew ? undefined : readResults(gate.name)[part.name];
  return !!result?.isGreen && (values.any || isTrueHere(gate, part, result));
};

const runFull = async (): Promise<boolean> => {
  const todo = gate.parts.filter((part) => part.name.includes(values.only) && !isDone(part));
  console.log(`${gate.name}: ${todo.length} of ${gate.parts.length} parts to run at ${commit}`);
  let isGreen = true;
  const work = async () => {
    for (let part = todo.shift(); part; part = todo.shift()) {
      const startMs = performance.now();
      if (startMs >= endsAtMs) return;
      const { isCut, ...outcome } = await runPart(part, endsAtMs - startMs);
      // One that ran out of time says nothing: the next call runs it.
      if (isCut) return;
      const seconds = Math.round((performance.now() - startMs) / 1_000);
      saveResult(gate.name, part.name, { commit, date: new Date().toISOString(), seconds, ...outcome });
      isGreen &&= outcome.isGreen;
      console.log(
        `${gate.name}, ${part.name}: ${outcome.isGreen ? 'green' : 'RED'}, ${seconds} s; ${todo.length} left`,
      );
    }
  };
  await Promise.all(Array.from({ length: gate.atOnce ?? 1 }, work));
  printTable([gate]);
  return (
    isGreen &&
    gate.parts.every((part) => !part.name.includes(values.only) || readResults(gate.name)[part.name]?.isGreen)
  );
};

const isGreen = values.quick ? await runQuick() : await runFull();
rmSync(scratch, { recursive: true, force: true });
process.exit(isGreen ? 0 : 1);
