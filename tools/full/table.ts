import { type Figure, type Figures, joinFigure } from './figures.ts';
import type { Gate, Promised } from './gate.ts';
import { isTrueHere, readResults } from './results.ts';
import type { PartResult } from './results-file.ts';

const isKept = ({ least, most }: Promised, value: Figure['value'] | undefined): boolean =>
  typeof value === 'number' && (least === undefined || value >= least) && (most === undefined || value <= most);

const wanted = ({ least, most }: Promised): string =>
  [
    least === undefined ? '' : `≥ ${least.toLocaleString('en')}`,
    most === undefined ? '' : `≤ ${most.toLocaleString('en')}`,
  ]
    .filter(Boolean)
    .join(', ');

const shown = (value: Figure['value'] | undefined): string =>
  value === undefined ? 'not measured' : typeof value === 'number' ? value.toLocaleString('en') : value;

/** Commits and days of the results, the newest last. */
const whenOf = (results: readonly PartResult[]): string => {
  const newest = [...results].sort((a, b) => (a.date < b.date ? -1 : 1));
  const commits = [...new Set(newest.map(({ commit }) => commit))];
  return `${commits.join(' ')}, ${newest.at(-1)?.date.slice(0, 10) ?? ''}`;
};

/** The saved figures of the gates beside what is promised, in Markdown; true when all is kept. */
export const printTable = (gates: readonly Gate[]): boolean => {
  let isAllKept = true;
  console.log('\n| promise | wanted | measured | command | at |\n| --- | --- | --- | --- | --- |');
  for (const gate of gates) {
    const results = readResults(gate.name);
    const ran = gate.parts.flatMap(({ name }) => results[name] ?? []);
    const old = gate.parts.filter((part) => {
      const result = results[part.name];
      return result && !isTrueHere(gate, part, result);
    });
    const figures = ran.flatMap((part) => part.figures).reduce<Figures>(joinFigure, {});
    const rows: readonly (readonly [what: string, want: string, value: string, isKept: boolean])[] = [
      [
        `${gate.name}: parts run, green`,
        String(gate.parts.length),
        `${ran.length}, ${ran.filter(({ isGreen }) => isGreen).length}`,
        ran.length === gate.parts.length && ran.every(({ isGreen }) => isGreen),
      ],
      [`${gate.name}: parts whose files have changed since`, '0', String(old.length), !old.length],
      ...gate.promises.map((promised) => {
        const value = figures[promised.of]?.value;
        return [promised.what, wanted(promised), shown(value), isKept(promised, value)] as const;
      }),
    ];
    for (const [what, want, value, isGood] of rows) {
      isAllKept &&= isGood;
      console.log(
        `| ${what} | ${want} | ${value}${isGood ? '' : ' **(not kept)**'} | \`npm run test:${gate.name}\` | ${ran.length ? whenOf(ran) : 'never'} |`,
      );
    }
  }
  return isAllKept;
};
