import { hashText, type Sha256 } from '../core/hash.ts';
import type { InvariantId } from './invariants.ts';

export type Finding = { readonly invariant: InvariantId; readonly detail: string; readonly event: number };

export type Watch = ReturnType<typeof createWatch>;

/** Counts what is looked at, keeps the first thing that does not hold, and hashes the trace. */
export const createWatch = (sha256: Sha256) => {
  const evaluated = new Map<InvariantId, number>();
  const faults = new Map<string, number>();
  const covered = new Map<string, number>();
  const trace: string[] = [];
  let hash = '';
  let pending = '';
  let finding: Finding | undefined;
  let events = 0;
  let isOver = false;

  return {
    check(invariant: InvariantId, holds: boolean, detail: () => string) {
      if (isOver) return;
      evaluated.set(invariant, (evaluated.get(invariant) ?? 0) + 1);
      if (!holds && !finding) finding = { invariant, detail: detail(), event: events };
    },
    /** The rest of this history is beyond what is promised: see `pendingInvariants`. */
    excuse(why: string) {
      if (!isOver) faults.set(`excused: ${why}`, 1);
      isOver = true;
    },
    get isOver() {
      return isOver || !!finding;
    },
    fault(kind: string, times = 1) {
      faults.set(kind, (faults.get(kind) ?? 0) + times);
    },
    cover(cell: string) {
      covered.set(cell, (covered.get(cell) ?? 0) + 1);
    },
    /** Something happened: part of the trace whose hash is the same for the same seed. */
    event(text: string) {
      events++;
      trace.push(text);
      pending += `${text}\n`;
      if (pending.length < 20_000) return;
      hash = hashText(sha256, hash + pending);
      pending = '';
    },
    get finding() {
      return finding;
    },
    get events() {
      return events;
    },
    get hash() {
      return hashText(sha256, hash + pending);
    },
    trace,
    evaluated,
    covered,
    faults,
  };
};
