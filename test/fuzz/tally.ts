import type { KeptShot } from './corpus.ts';

/** A request or a frame after which something was not as it must be. */
export type Finding = {
  readonly what: string;
  readonly where: string;
  readonly shot?: KeptShot;
  readonly answered?: string;
};

/** What a run counts. */
export const createTally = () => {
  const statuses = new Map<string, number>();
  const findings: Finding[] = [];
  const counts = { requests: 0, accepted: 0, written: 0, frames: 0, sockets: 0, hangs: 0 };
  return {
    counts,
    findings,
    status(status: number | string) {
      statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
    },
    find(finding: Finding) {
      findings.push(finding);
    },
    /** Statuses and close codes with how often they came, the most frequent first. */
    get statuses() {
      return [...statuses].sort((a, b) => b[1] - a[1]);
    },
    /** Answers of a class: `2` for 2xx. */
    ofClass: (digit: string) =>
      [...statuses]
        .filter(([status]) => status.length === 3 && status.startsWith(digit))
        .reduce((sum, [, n]) => sum + n, 0),
  };
};

export type Tally = ReturnType<typeof createTally>;
