import { appendFileSync } from 'node:fs';

/** How figures of the parts of a gate become one: counts are summed, worst and best cases kept, words collected. */
export type Figure =
  | { readonly how: 'sum' | 'max' | 'min'; readonly name: string; readonly value: number }
  | { readonly how: 'text'; readonly name: string; readonly value: string };

/** Figures by name, joined over parts. */
export type Figures = Readonly<Record<string, Figure>>;

const record = (figure: Figure): void => {
  const file = process.env['RELEVO_FIGURES'];
  if (file) appendFileSync(file, `${JSON.stringify(figure)}\n`);
};

/**
 * What a test or a script measured, for the table of `npm run test:full`. Outside a full gate (no
 * `RELEVO_FIGURES`) nothing is written.
 */
export const figures = {
  sum: (name: string, value: number): void => record({ how: 'sum', name, value }),
  max: (name: string, value: number): void => record({ how: 'max', name, value }),
  min: (name: string, value: number): void => record({ how: 'min', name, value }),
  text: (name: string, value: string): void => record({ how: 'text', name, value }),
};

/** One more figure among those that are there. */
export const joinFigure = (all: Figures, figure: Figure): Figures => {
  const before = all[figure.name];
  if (!before) return { ...all, [figure.name]: figure };
  if (before.how !== figure.how) throw new Error(`${figure.name} is a ${before.how} here and a ${figure.how} there`);
  return { ...all, [figure.name]: joined(before, figure) };
};

const joined = (a: Figure, b: Figure): Figure => {
  if (a.how === 'text' || b.how === 'text')
    return { how: 'text', name: a.name, value: [...new Set(`${a.value}\n${b.value}`.split('\n'))].join('\n') };
  const by = { sum: a.value + b.value, max: Math.max(a.value, b.value), min: Math.min(a.value, b.value) };
  return { how: a.how, name: a.name, value: by[a.how] };
};
