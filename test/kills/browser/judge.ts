import type { FoundLine } from './kill-page.ts';

/** The last turn that was reported as saved, by writer (`L3a`). */
export type Promised = ReadonlyMap<string, number>;

/**
 * What is wrong with the lines that a page found. Each line has one piece for each turn of its writer, and
 * as its title the number of the last one: a piece that was lost or counted twice, a turn of which only
 * some lines are there, and details without their quantity all show.
 */
export const judge = (lines: readonly FoundLine[], promised: Promised): { lost: string[]; torn: string[] } => {
  const quantities = new Map(lines.map(({ sku, quantity }) => [sku, quantity]));
  const parts = [0, 1, 2];
  const lost = [...promised].flatMap(([writer, turn]) =>
    parts
      .map((part) => `${writer}${part}`)
      .filter((sku) => (quantities.get(sku) ?? 0) < turn)
      .map((sku) => `${sku}: ${turn} were saved, ${quantities.get(sku) ?? 0} are there`),
  );
  const torn = lines.flatMap(({ sku, quantity, title }) => {
    const writer = sku.slice(0, -1);
    const together = parts.map((part) => quantities.get(`${writer}${part}`) ?? 0);
    return together.every((other) => other === quantity) && title === String(quantity)
      ? []
      : [`${sku}: ${quantity} with the title ${title}, beside ${together.join(', ')}`];
  });
  return { lost, torn };
};
