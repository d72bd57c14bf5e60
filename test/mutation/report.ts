/** What this gate reads of a report in the mutation testing schema. */
export type MutantResult = {
  readonly replacement?: string;
  readonly status: string;
  /** Made when its module is loaded: which tests reach it is not known. */
  readonly static?: boolean;
  readonly location: { readonly start: Position; readonly end: Position };
};
/** Both count from 1. */
type Position = { readonly line: number; readonly column: number };
export type Report = {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly MutantResult[] }>>;
};

/** A line of code and what a mutant made of it. No line number: it stays true when code moves. */
export type Mutation = { readonly file: string; readonly was: string; readonly is: string };

export type Reason = Mutation & {
  /**
   * `equivalent`: nothing can tell the two apart. `speed`: only more work for the same result. `words`: only a text
   * for people.
   */
  readonly why: 'equivalent' | 'speed' | 'words';
  readonly reason: string;
};

export type Score = {
  readonly killed: number;
  readonly timeout: number;
  readonly survived: number;
  readonly uncovered: number;
  readonly percent: number;
};

const inOneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

const mutationOf = (file: string, source: string, { location, replacement = '' }: MutantResult): Mutation => {
  const lines = source.split('\n').slice(location.start.line - 1, location.end.line);
  const before = (lines[0] ?? '').slice(0, location.start.column - 1);
  const after = (lines.at(-1) ?? '').slice(location.end.column - 1);
  return { file, was: inOneLine(lines.join('\n')), is: inOneLine(before + replacement + after) };
};

const lives = ({ status }: MutantResult) => status === 'Survived' || status === 'NoCoverage';

export const survivorsOf = (report: Report): Mutation[] =>
  Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants.filter(lives).map((mutant) => mutationOf(file, source, mutant)),
  );

export const scoreOf = (report: Report): Score => {
  const all = Object.values(report.files).flatMap(({ mutants }) => mutants);
  const count = (status: string) => all.filter((mutant) => mutant.status === status).length;
  const [killed, timeout, survived, uncovered] = [
    count('Killed'),
    count('Timeout'),
    count('Survived'),
    count('NoCoverage'),
  ];
  const valid = killed + timeout + survived + uncovered;
  return {
    killed,
    timeout,
    survived,
    uncovered,
    percent: valid ? Math.floor(((killed + timeout) / valid) * 1_000) / 10 : 0,
  };
};

const isSame = (a: Mutation, b: Mutation) => a.file === b.file && a.was === b.was && a.is === b.is;

/** Survivors that nobody gave a reason for. */
export const withoutReason = (survivors: readonly Mutation[], reasons: readonly Reason[]): Mutation[] =>
  survivors.filter((survivor) => !reasons.some((reason) => isSame(reason, survivor)));

/** Reasons for what is in no file any more: code that changed has to be looked at again. */
export const outdated = (reasons: readonly Reason[], sources: ReadonlyMap<string, string>): Reason[] =>
  reasons.filter(({ file, was }) => !inOneLine(sources.get(file) ?? '').includes(was));
