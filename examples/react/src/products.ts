export type Product = {
  readonly sku: string;
  readonly title: string;
  readonly text: string;
  readonly euros: number;
  readonly colours: readonly [wall: string, shape: string];
  /** Drawn on a sheet of 100 × 100. */
  readonly path: string;
};

export const products: readonly Product[] = [
  {
    sku: 'SOFA-3',
    title: 'Sofa, three seats',
    text: 'Oak legs, wool cover, room for a nap.',
    euros: 1299,
    colours: ['#f1e3d3', '#5e7a6a'],
    path: 'M22 52v-6a8 8 0 0 1 8-8h40a8 8 0 0 1 8 8v6h4a5 5 0 0 1 5 5v15H79v6h-5v-6H26v6h-5v-6h-8V57a5 5 0 0 1 5-5z',
  },
  {
    sku: 'LAMP-1',
    title: 'Reading lamp',
    text: 'Brass, turns by hand, 12 watts.',
    euros: 149,
    colours: ['#e7e3ee', '#b98a2f'],
    path: 'M40 20h20l10 24H52v32h12v6H36v-6h12V44H30z',
  },
  {
    sku: 'CHAIR-1',
    title: 'Chair',
    text: 'Bent beech, stacks six high.',
    euros: 119,
    colours: ['#e4e8e1', '#a97c48'],
    path: 'M34 18h6v32h28a5 5 0 0 1 5 5v27h-6V60H40v22h-6z',
  },
  {
    sku: 'VASE-2',
    title: 'Vase',
    text: 'Thrown by hand; no two are the same.',
    euros: 59,
    colours: ['#efe0dc', '#b0492b'],
    path: 'M42 20h16v8c0 8 14 14 14 30 0 14-8 24-14 24H42c-6 0-14-10-14-24 0-16 14-22 14-30z',
  },
];

const rates = { EUR: 1, USD: 1.09, GBP: 0.86 };
export type Currency = keyof typeof rates;
export const currencies = Object.keys(rates) as Currency[];

export const priceText = (euros: number, currency: Currency): string =>
  new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 0 }).format(
    euros * rates[currency],
  );
