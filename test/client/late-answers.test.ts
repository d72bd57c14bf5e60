import { expect, test } from 'vitest';
import { kinds, slowStore } from './slow-store.ts';
import { within, world } from './world.ts';

const ways = kinds.flatMap((kind) =>
  (['heard, and the store is slow', 'not heard'] as const).map((how) => ({ kind, how })),
);

test.each(ways)(
  'on a $kind device a token that a page was about to answer at a sign-out in another tab signs nobody in, where that was $how',
  async ({ kind, how }) => {
    const made = world();
    let isDeaf = false;
    const { device, line } = made.device({ device: { kind } }, (ports) => ({
      ...ports,
      tabs: { ...ports.tabs, subscribe: (hear) => ports.tabs.subscribe((message) => isDeaf || hear(message)) },
    }));
    const by = slowStore(device, made);
    const [first, second] = [made.token('ana'), made.token('ana', 2)];
    let session: string | null = null;
    let answerMs = 0;
    const getToken = async () => {
      const answer = session;
      await new Promise<void>((done) => void made.clock.timer(answerMs, done));
      return answer;
    };
    const [one, two] = [device.open().relevo, device.open({ getToken }).relevo];
    await made.clock.pass(1_000);
    session = first;
    await within(made, 2_000, one.signIn(first));
    await made.clock.pass(2_000);
    expect(two.identity.current.customerId).toBe('ana');
    const errors: string[] = [];
    two.on('error', ({ code }) => errors.push(code));

    // Another one is on its way when nobody is here any more.
    made.expire(first);
    session = second;
    answerMs = 400;
    two.cart.add({ sku: 'LAMP' });
    await made.clock.pass(200);
    session = null;
    isDeaf = how === 'not heard';
    by.beginMs = isDeaf ? 0 : 1_000;
    const leaving = one.signOut({ unsynced: 'drop' });
    await made.clock.pass(2_000);
    isDeaf = false;
    await made.clock.pass(20_000);
    await leaving;
    const late = line.requests.filter(({ body }) => body.includes(second));
    expect([late.length, errors]).toEqual([0, []]);
    expect([one, two].map(({ identity }) => identity.current.customerId ?? 'nobody')).toEqual(['nobody', 'nobody']);
    for (const page of [one, two]) await page.stop();
  },
);
