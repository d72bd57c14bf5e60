import { describe, expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { refusal, standIn } from './stand-in.ts';
import { cartOf, settle, within, world } from './world.ts';

type Made = ReturnType<typeof world>;
type Answer = string | null | undefined;

/** What a page may answer when it is asked who is here, from the moment it is asked. */
const answers: readonly (readonly [name: string, answer: (made: Made) => Promise<Answer> | Answer, ends: Answer])[] = [
  ['null', () => null, null],
  ['an empty text', () => '', null],
  ['undefined', () => undefined, undefined],
  ['by rejecting', () => Promise.reject(new Error('the shop is down')), undefined],
  [
    'by throwing',
    () => {
      throw new Error('no such function');
    },
    undefined,
  ],
  ['never', () => new Promise<never>(() => {}), undefined],
  ['a token', (made) => made.token('ana'), 'ana'],
  ['a token after 14 s', (made) => after(made, 14_000, made.token('ana')), 'ana'],
  ['a token after 16 s', (made) => after(made, 16_000, made.token('ana')), 'ana'],
  ['a token after two minutes', (made) => after(made, 120_000, made.token('ana')), 'ana'],
  ['null after 16 s', (made) => after(made, 16_000, null), null],
];
const after = (made: Made, ms: number, answer: Answer) =>
  new Promise<Answer>((done) => void made.clock.timer(ms, () => done(answer)));

const whoAndWhat = (relevo: Relevo) => [relevo.identity.current.customerId, cartOf(relevo)];

/** A page of a device that was left by a customer without a sign-out, or by a guest. */
const startOf = async (kind: 'shared' | 'personal', who: 'customer' | 'guest') => {
  const made = world();
  const own = made.device({ device: { kind } });
  const { relevo } = own.device.open();
  await made.clock.pass(100);
  if (who === 'customer') await within(made, 2_000, relevo.signIn(made.token('ana')));
  relevo.cart.add({ sku: 'LAMP' });
  await within(made, 1_000, relevo.flush());
  await relevo.stop();
  return { made, ...own };
};

describe.each(['shared', 'personal'] as const)('on a %s device', (kind) => {
  test.each(answers)('left by a customer, the page answers %s', async (_, answer, ends) => {
    const { made, device } = await startOf(kind, 'customer');
    const page = device.open({ getToken: () => answer(made) });
    await made.clock.pass(10_000);
    const isLocked = kind === 'shared';
    const unknown = isLocked ? [undefined, {}] : ['ana', { LAMP: 1 }];
    // Nothing is shown on a shared device before the token, and nothing is lost on either while the page does not know.
    if (ends === undefined) expect(whoAndWhat(page.relevo)).toEqual(unknown);
    await made.clock.pass(130_000);
    expect(whoAndWhat(page.relevo)).toEqual(
      ends === 'ana' ? ['ana', { LAMP: 1 }] : ends === null ? [undefined, {}] : unknown,
    );
    page.kill();
    // Who was not signed out is there again with their token, also offline.
    const next = device.open().relevo;
    await made.clock.pass(1_000);
    await within(made, 3_000, next.signIn(made.token('ana', 2)));
    expect(whoAndWhat(next)).toEqual(['ana', { LAMP: 1 }]);
    await next.stop();
  });

  test.each(answers)('left by a guest, the page answers %s', async (_, answer, ends) => {
    const { made, device } = await startOf(kind, 'guest');
    const { relevo } = device.open({ getToken: () => answer(made) });
    await made.clock.pass(1_000);
    expect(cartOf(relevo)).toEqual({ LAMP: 1 });
    await made.clock.pass(140_000);
    expect(whoAndWhat(relevo)).toEqual([ends ?? undefined, { LAMP: 1 }]);
    await relevo.stop();
  });
});

test.each(answers)('at a kiosk the page answers %s', async (_, answer, ends) => {
  const made = world();
  const { relevo } = made
    .device({ device: { kind: 'kiosk', idleMs: 3_600_000 }, getToken: () => answer(made) })
    .device.open();
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(141_000);
  expect(whoAndWhat(relevo)).toEqual([ends ?? undefined, { LAMP: 1 }]);
  await relevo.stop();
});

/** A page that answers when it is told to: the call that was made last. */
const answeredLater = () => {
  let last = (_: Answer): void => {};
  return {
    getToken: () => new Promise<Answer>((done) => (last = done)),
    answer: (found: Answer): void => last(found),
  };
};

describe('an answer that was on its way while somebody signed in', () => {
  test.each([
    ['that nobody is here', null],
    ['the token of the one before', 'bob'],
  ])('does not undo it: %s', async (_, late) => {
    const made = world();
    const { getToken, answer } = answeredLater();
    const { relevo } = made.device({ getToken }).device.open();
    await made.clock.pass(1_000);
    await within(made, 2_000, relevo.signIn(made.token('ana')));
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(1_000);
    answer(late && made.token(late));
    await made.clock.pass(5_000);
    expect(whoAndWhat(relevo)).toEqual(['ana', { LAMP: 1 }]);
    await relevo.stop();
  });
});

describe('while somebody is being signed in by hand', () => {
  test.each([
    ['that nobody is here', null],
    ['the token of the one before', 'bob'],
  ])('an answer that was asked for before does not undo it: %s', async (_, late) => {
    const made = world();
    const { getToken, answer } = answeredLater();
    const { device, line } = made.device({ getToken });
    const { relevo } = device.open();
    await made.clock.pass(1_000);
    const heard: string[] = [];
    for (const event of ['signin', 'signout'] as const) relevo.on(event, () => void heard.push(event));
    const release = line.hold();
    const entering = relevo.signIn(made.token('ana'));
    await made.clock.pass(200);
    answer(late && made.token(late));
    await made.clock.pass(200);
    release();
    await within(made, 8_000, entering);
    await made.clock.pass(8_000);
    expect([relevo.identity.current.customerId, heard]).toEqual(['ana', ['signin']]);
    await relevo.stop();
  });

  test('that nobody is here, said before two of them, undoes the second neither when the first fails', async () => {
    const made = world();
    const { getToken, answer } = answeredLater();
    const { relevo } = made.device({ getToken }).device.open();
    await made.clock.pass(1_000);
    const heard: string[] = [];
    for (const event of ['signin', 'signout'] as const) relevo.on(event, () => void heard.push(event));
    const first = relevo.signIn('no token of theirs').catch(({ code }) => code);
    answer(null);
    await settle();
    await within(made, 8_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(8_000);
    expect([await first, relevo.identity.current.customerId, heard]).toEqual(['auth/malformed', 'ana', ['signin']]);
    await relevo.stop();
  });

  test('it counts when that fails', async () => {
    const made = world();
    const { getToken, answer } = answeredLater();
    const { device, line } = made.device({ getToken });
    const { relevo } = device.open();
    await made.clock.pass(1_000);
    const release = line.hold();
    standIn(line, (_, body) => (body.includes(made.token('ben')) ? refusal(401, 'auth/expired') : undefined));
    const entering = relevo.signIn(made.token('ben')).catch(({ code }) => code);
    await made.clock.pass(200);
    answer(made.token('ana'));
    await made.clock.pass(200);
    release();
    expect(await within(made, 8_000, entering)).toBe('auth/expired');
    await made.clock.pass(3_000);
    expect(relevo.identity.current.customerId).toBe('ana');
    await relevo.stop();
  });
});

test('a call that was made before one that has answered is not heard any more', async () => {
  const made = world();
  const calls: ((answer: Answer) => void)[] = [];
  const getToken = () => new Promise<Answer>((done) => void calls.push(done));
  const { device, line } = made.device({ getToken });
  const { relevo } = device.open();
  await made.clock.pass(17_500);
  expect(calls).toHaveLength(2);
  const release = line.hold();
  calls[1]?.(made.token('ana'));
  await made.clock.pass(100);
  calls[0]?.(null);
  await made.clock.pass(100);
  release();
  await made.clock.pass(8_000);
  expect(relevo.identity.current.customerId).toBe('ana');
  await relevo.stop();
});

test('what a second tab was asked before somebody signed in beside it signs nobody out', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'personal' } });
  const first = device.open().relevo;
  await made.clock.pass(500);
  let calls = 0;
  const getToken = () => (calls++ ? made.token('ana', 2) : after(made, 2_000, null));
  const second = device.open({ getToken }).relevo;
  await made.clock.pass(500);
  await within(made, 500, first.signIn(made.token('ana')));
  await made.clock.pass(6_000);
  expect([first, second].map(({ identity }) => identity.current.customerId)).toEqual(['ana', 'ana']);
  await Promise.all([first.stop(), second.stop()]);
});

test('a getToken that hangs is said once, as what it is, and heard when it answers', async () => {
  const made = world();
  const calls: ((answer: Answer) => void)[] = [];
  const getToken = () => new Promise<Answer>((done) => void calls.push(done));
  const { relevo } = made.device({ getToken }).device.open();
  const codes: string[] = [];
  relevo.on('error', ({ code }) => void codes.push(code));
  await made.clock.pass(600_000);
  expect([codes, calls.length > 1]).toEqual([['auth/no-answer'], true]);
  calls[0]?.(made.token('ana'));
  await made.clock.pass(2_000);
  expect(relevo.identity.current.customerId).toBe('ana');
  await relevo.stop();
});

test('an answer that comes after the page has stopped, or after somebody left, signs nobody in', async () => {
  const made = world();
  const open = () => made.device({ getToken: () => after(made, 20_000, made.token('ana')) }).device.open().relevo;
  const [stopped, left] = [open(), open()];
  await made.clock.pass(10_000);
  await within(made, 2_000, left.signIn(made.token('ana', 2)));
  await within(made, 3_500, left.signOut());
  await within(made, 1_000, stopped.stop());
  await made.clock.pass(4_000);
  expect([stopped, left].map(({ identity }) => identity.current.kind)).toEqual(['guest', 'guest']);
  await left.stop();
});

describe('a token that has ended is no reason to drop what was not sent at a sign-out', () => {
  const leaving = async (getToken: (made: Made) => Promise<Answer> | Answer, refusals: number) => {
    const made = world();
    let left = 0;
    let asked = 0;
    const { device, line } = made.device({
      device: { kind: 'shared' },
      getToken: () => {
        asked++;
        return asked === 1 ? made.token('ana') : getToken(made);
      },
    });
    standIn(line, () => (left-- > 0 ? refusal(401, 'auth/expired') : undefined));
    const { relevo } = device.open();
    await made.clock.pass(1_000);
    line.setOnline(false);
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(500);
    line.setOnline(true);
    left = refusals;
    const before = asked;
    const result = await within(made, 3_100, relevo.signOut());
    const sent = line.requests.length;
    await made.clock.pass(60_000);
    expect(relevo.identity.current.kind).toBe('guest');
    const after = line.requests.slice(sent).map(({ body }) => body);
    expect(after).not.toContainEqual(expect.stringContaining('"token"'));
    const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(2_000);
    const cart = cartOf(other);
    await Promise.all([relevo.stop(), other.stop()]);
    return { result, cart, asks: asked - before };
  };

  test('the page is asked for another one, once, and it is sent', async () => {
    const { result, cart, asks } = await leaving((made) => made.token('ana', 2), 1);
    expect([result, cart, asks]).toEqual([{ unsynced: 0, outcome: 'flushed' }, { LAMP: 1 }, 1]);
  });

  test('also when it was refused before', async () => {
    const made = world();
    let isRefused = false;
    const { device, line } = made.device({ getToken: () => (isRefused ? undefined : made.token('ana', 1)) });
    let isOver = false;
    standIn(line, (_, body) =>
      isRefused && body.includes('"token"') && !isOver ? refusal(401, 'auth/expired') : undefined,
    );
    const { relevo } = device.open();
    await made.clock.pass(1_000);
    isRefused = true;
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(5_000);
    expect(relevo.status.connection).toBe('needs-token');
    isRefused = false;
    isOver = true;
    expect(await within(made, 3_100, relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
    expect(relevo.identity.current.kind).toBe('guest');
    await relevo.stop();
  });

  test.each<[string, (made: Made) => Promise<Answer> | Answer]>([
    ['another customer', (made) => made.token('bob')],
    ['nobody', () => null],
    ['nothing yet', () => undefined],
    ['an error', () => Promise.reject(new Error('the shop is down'))],
    ['too late', (made) => after(made, 10_000, made.token('ana', 2))],
    ['never', () => new Promise<never>(() => {})],
  ])('the page names %s: it is dropped and counted, within three seconds', async (_, getToken) => {
    const { result, cart } = await leaving(getToken, 1);
    expect([result, cart]).toEqual([{ unsynced: 1, outcome: 'dropped' }, {}]);
  });

  test('a second refusal is the end of it', async () => {
    const { result, cart, asks } = await leaving((made) => made.token('ana', 2), 2);
    expect([result, cart, asks]).toEqual([{ unsynced: 1, outcome: 'dropped' }, {}, 1]);
  });
});
