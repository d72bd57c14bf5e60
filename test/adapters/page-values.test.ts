import { describe, expect, it } from 'vitest';
import { toPrice, toText, toWebUrl } from '../../src/adapters/page-values.ts';

describe('prices as pages write them', () => {
  it.each([
    [12.5, 'EUR', 1250],
    [0, 'EUR', 0],
    ['7.770', 'EUR', 777],
    ['1299.00', 'eur', 129900],
    ['1,299.00', 'USD', 129900],
    ['1.299,00 €', 'EUR', 129900],
    ['1 299,50', 'EUR', 129950],
    ["CHF 1'299.–", 'CHF', 129900],
    ['$1,299', 'USD', 129900],
    ['Rs. 5', 'INR', 500],
    ['1,234,567.8', 'USD', 123456780],
    [1.005, 'KWD', 1005],
    ['12.5000', 'EUR', 1250],
    [1e-7, 'EUR', 0],
    [2500, 'JPY', 2500],
    // V8's Intl says that these have no decimals and no three; ISO 4217, by which shops count, says they have.
    [2490.5, 'HUF', 249050],
    [1.5, 'IQD', 1500],
  ])('reads %j %s as %i minor units', (amount, currency, amountMinor) => {
    expect(toPrice(amount, currency)).toEqual({ amountMinor, currency: currency.toUpperCase() });
  });

  it.each([
    ['-5', 'EUR'],
    [-5, 'EUR'],
    ['10 - 15', 'EUR'],
    ['free', 'EUR'],
    ['', 'EUR'],
    [Number.NaN, 'EUR'],
    [Number.POSITIVE_INFINITY, 'EUR'],
    [1e21, 'EUR'],
    [1e16, 'EUR'],
    [5, undefined],
    [5, '€'],
    [5, 'EURO'],
    [{}, 'EUR'],
  ])('does not guess at %j %j', (amount, currency) => {
    expect(toPrice(amount, currency)).toBeUndefined();
  });

  it('reads a hostile text in no time', () => {
    expect(toPrice(`1${' .'.repeat(200_000)}x`, 'EUR')).toBeUndefined();
  });
});

it('takes the first text that says something', () => {
  expect(toText(undefined, null, ' ', {}, true, ' A ', 'B')).toBe('A');
  expect(toText(0)).toBe('0');
  expect(toText()).toBeUndefined();
});

it('takes only http(s), made absolute, without the fragment', () => {
  expect(toWebUrl('/a?b=1#c', 'https://shop.example/x/')).toBe('https://shop.example/a?b=1');
  expect(toWebUrl('//cdn.example/a.jpg', 'https://shop.example')).toBe('https://cdn.example/a.jpg');
  for (const bad of ['javascript:1', 'JavaScript:1', 'data:,x', 'blob:https://a/b', 'mailto:a@b', '', undefined, {}])
    expect(toWebUrl(bad, 'https://shop.example')).toBeUndefined();
  expect(toWebUrl('/a')).toBeUndefined();
});
