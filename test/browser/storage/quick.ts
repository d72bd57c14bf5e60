/** Of a table of cases all, or in the short form of the gate (`npm run test:storage -- --quick`) those that `isShort` takes. */
export const unlessQuick = <T>(all: readonly T[], isShort: (one: T) => boolean): readonly T[] =>
  process.env['RELEVO_STORAGE'] === 'quick' ? all.filter(isShort) : all;
