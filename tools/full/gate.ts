/** A part of a gate: one command, run anew only when it has no green result of the files that are here. */
export type Part = {
  readonly name: string;
  readonly command: readonly string[];
  /** What it shows is shown of these files and folders too, beside those of its gate. */
  readonly of?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** What is promised of a figure. `of` is the figure's name as a test records it. */
export type Promised = {
  readonly what: string;
  readonly of: string;
  readonly least?: number;
  readonly most?: number;
};

export type Gate = {
  readonly name: string;
  /** What the whole gate may take on two cores. It stops after that; the next call goes on. */
  readonly minutes: number;
  /** What it shows is shown of these files and folders, and of its own in `gates`: once they change, it has to be shown anew. */
  readonly of: readonly string[];
  /** Parts that may run at the same time. Default 1. */
  readonly atOnce?: number;
  readonly parts: readonly Part[];
  /** The short form that `.ci/run` calls. */
  readonly quick: readonly Part[];
  readonly promises: readonly Promised[];
};

/** Tests of a vitest project, one file after the other; all of it without `files`. */
export const vitest = (project: string, ...files: readonly string[]): readonly string[] => [
  'vitest',
  'run',
  '--project',
  project,
  '--no-file-parallelism',
  ...files,
];
