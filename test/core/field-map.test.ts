import { expect, test } from 'vitest';
import { fieldStamps } from '../../src/core/field-map.ts';
import type { Stamp } from '../../src/core/stamp.ts';

const stamp: Stamp = [7, 0, 'a', 1];

test('the stamps of fields are those of the ones that are there, and of no inherited name', () => {
  const map = { title: ['Lamp', stamp], url: [null, stamp] } as const;
  expect(fieldStamps(map, { title: 'Sofa', image: 'x', toString: 1 })).toEqual({ title: stamp });
  expect(fieldStamps(map, { url: 'x' })).toEqual({ url: stamp });
});

test.each([undefined, null])('where no fields are named there are none (%s)', (nothing) => {
  expect(fieldStamps({ title: ['Lamp', stamp] }, nothing)).toEqual({});
});
