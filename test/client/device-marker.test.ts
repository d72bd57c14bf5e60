import { expect, test } from 'vitest';
import { createDeviceMarker } from '../../src/client/device-marker.ts';
import type { Device } from '../../src/client/records.ts';
import { sha256 } from './world.ts';

const ids = { random: () => 'random', sha256, decodeBase64: (text: string) => text };
const guest: Device = { id: 'device', epoch: 1, guest: { id: 'g_one', secret: 'secret' } };
const as = (id: string, device = guest): Device => ({ ...device, epoch: 2, customer: { id, space: `c_${id}` } });

/** The markers of several tabs over one storage. */
const tabs = () => {
  let text: string | null = null;
  const storage = {
    read: () => text,
    write(next: string) {
      text = next;
    },
  };
  const open = () => createDeviceMarker({ marker: storage, ids }, { isVeiled: false });
  return { open, text: () => text ?? '' };
};

test('what a page in memory has placed is somebody else’s, whichever tab writes the marker next', () => {
  const { open, text } = tabs();
  const [one, two] = [open(), open()];
  one.write(as('ana'));
  one.place(['change'], 'c_ana');
  // As a store has it in which a tab of before had put the marker's whole text.
  two.write({ ...as('ben'), epoch: 3, placed: [] } as Device);
  expect([two.isPlacedElsewhere('change', as('ben')), two.isPlacedElsewhere('change', as('ana'))]).toEqual([
    true,
    false,
  ]);
  expect([two.isPlacedElsewhere('other', as('ben')), text().includes('c_ana')]).toEqual([false, false]);
});

test('what was placed with a guest is of whom they have become', () => {
  const one = tabs().open();
  one.write(guest);
  one.place(['change'], 'g_one');
  expect(one.isPlacedElsewhere('change', as('ben'))).toBe(false);
  const next = { ...guest, guest: { id: 'g_two', secret: 'secret' } };
  expect([one.isPlacedElsewhere('change', next), one.isPlacedElsewhere('change', as('ben', next))]).toEqual([
    true,
    true,
  ]);
});

test('it is over when somebody signs out, and is the last of many', () => {
  const one = tabs().open();
  one.write(as('ana'));
  one.place(
    Array.from({ length: 40 }, (_, n) => `change${n}`),
    'c_ana',
  );
  const isAnas = (id: string) => one.isPlacedElsewhere(id, as('ben'));
  expect([isAnas('change7'), isAnas('change8'), isAnas('change39')]).toEqual([false, true, true]);
  one.write({ ...guest, epoch: 3, from: 3 });
  expect(isAnas('change39')).toBe(false);
});

test('where the marker is lost nothing is noted', () => {
  const { open, text } = tabs();
  open().place(['change'], 'c_ana');
  expect(text()).toBe('');
});
