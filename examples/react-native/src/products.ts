import type { Price } from 'relevo';

const euros = (amountMinor: number): Price => ({ amountMinor, currency: 'EUR' });

export const products = [
  { sku: 'SOFA-3', title: 'Sofa for three', picture: '🛋️', price: euros(129900), about: 'Oak legs, wool cover.' },
  { sku: 'LAMP-7', title: 'Reading lamp', picture: '💡', price: euros(8900), about: 'Bends to where you read.' },
  { sku: 'MUG-1', title: 'Mug', picture: '☕', price: euros(1450), about: 'Stoneware, holds a third of a litre.' },
  { sku: 'PLANT-2', title: 'Potted plant', picture: '🪴', price: euros(2400), about: 'Forgives what you forget.' },
] as const;

export type Product = (typeof products)[number];

export const priceText = ({ amountMinor, currency }: Price): string => `${(amountMinor / 100).toFixed(2)} ${currency}`;
