import { type Figure, type Figures, joinFigure } from './figures.ts';

/** What became of one part of a gate. */
export type PartResult = {
  readonly commit: string;
  /** Day and time, ISO 8601. */
  readonly date: string;
  readonly seconds: number;
  readonly isGreen: boolean;
  readonly figures: readonly Figure[];
};

/** Results by the name of the part. */
export type Results = Readonly<Record<string, PartResult>>;

type Column = readonly [how: Figure['how'], name: string];
type Row = Omit<PartResult, 'figures'> & {
  readonly part: string;
  /** One for each column, `null` where this part has no such figure. */
  readonly values: readonly (Figure['value'] | null)[];
};

/** As text with a line for each part: a hundred parts of the same figures name each of them once. */
export const printResults = (results: Results): string => {
  // A part may have told a figure many times.
  const joined = Object.entries(results).map(
    ([part, result]) => [part, { ...result, figures: result.figures.reduce<Figures>(joinFigure, {}) }] as const,
  );
  const columns = new Map<string, Column>();
  for (const [, { figures }] of joined)
    for (const { how, name } of Object.values(figures)) columns.set(name, [how, name]);
  const rows = joined.map(
    ([part, { figures, ...rest }]): Row => ({
      part,
      ...rest,
      values: [...columns.keys()].map((name) => figures[name]?.value ?? null),
    }),
  );
  const lines = (items: readonly unknown[]) => items.map((item) => `  ${JSON.stringify(item)}`).join(',\n');
  return `{\n "figures": [\n${lines([...columns.values()])}\n ],\n "parts": [\n${lines(rows)}\n ]\n}\n`;
};

export const parseResults = (text: string): Results => {
  const { figures: columns, parts } = JSON.parse(text) as {
    readonly figures: readonly Column[];
    readonly parts: readonly Row[];
  };
  return Object.fromEntries(
    parts.map(({ part, values, ...rest }) => {
      const figures = columns.flatMap(([how, name], index) => {
        const value = values[index] ?? null;
        return value === null ? [] : [{ how, name, value } as Figure];
      });
      return [part, { ...rest, figures }];
    }),
  );
};
