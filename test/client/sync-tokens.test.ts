import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../src/client/deferred.ts';
import { down, livePage, refused, timedPage } from './timed-page.ts';
import { cartOf, standOf, within, world } from './world.ts';

/** A customer's page whose shop is asked for tokens, and when it was. */
const opened = async (options: Parameters<typeof timedPage>[0] = {}, open = timedPage, isKnown = true) => {
  const made = world();
  const asked: number[] = [];
  const shop: { token: string | undefined | Promise<string> } = { token: isKnown ? made.token('ana') : undefined };
  const getToken = () => {
    asked.push(made.clock.now());
    return shop.token;
  };
  const page = await open({ made, getToken, ...options });
  await page.during(1_000);
  asked.length = 0;
  const startMs = made.clock.now();
  return { ...page, shop, asked: () => asked.map((atMs) => atMs - startMs) };
};
const expired = () => refused(401, 'auth/expired');

describe('a shop whose tokens are refused, fresh ones too', () => {
  it('is asked once more at once and then not before a minute has passed', async () => {
    const { during, relevo, line, asked } = await opened();
    line.answering = expired;
    await during(59_999, () => relevo.cart.add({ sku: 'A' }));
    await during(1, () => relevo.cart.add({ sku: 'B' }));
    expect([asked(), relevo.status.connection]).toEqual([[0], 'needs-token']);
    await during(1_000, () => relevo.cart.add({ sku: 'C' }));
    expect([asked(), relevo.status.connection]).toEqual([[0, 60_000], 'needs-token']);
    await relevo.stop();
  });
  it('is asked again when the page comes back into view', async () => {
    const { during, relevo, page, line, asked } = await opened();
    line.answering = expired;
    await during(10_000, () => relevo.cart.add({ sku: 'A' }));
    await during(10_000, () => page.signal('visible'));
    expect(asked()).toEqual([0, 10_000, 10_000]);
    await relevo.stop();
  });
  it('is believed again after a token that was taken', async () => {
    const { during, relevo, answerNext, asked } = await opened();
    for (let turn = 0; turn < 3; turn++) {
      answerNext(expired);
      await during(1_000, () => relevo.cart.add({ sku: 'A' }));
    }
    expect([asked(), relevo.status.pending, relevo.status.connection]).toEqual([[0, 1_000, 2_000], 0, 'online']);
    await relevo.stop();
  });
});

describe('a page that waits for a token', () => {
  it('says so, keeps what it has, and asks for it as seldom as it would ask the server', async () => {
    const { during, relevo, shop, line, asked } = await opened();
    shop.token = undefined;
    line.answering = expired;
    expect(await during(100_000, () => relevo.cart.add({ sku: 'A' }))).toEqual([0]);
    expect(asked()).toEqual([0, 30_000, 90_000]);
    expect(relevo.status).toMatchObject({ connection: 'needs-token', pending: 1 });
    await relevo.stop();
  });
  it('leaves the live channel to another page, and takes it back with the token', async () => {
    const { during, made, relevo, shop, line, sockets } = await opened({}, livePage);
    shop.token = undefined;
    line.answering = expired;
    await during(0, () => relevo.cart.add({ sku: 'A' }));
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true]);
    line.answering = undefined;
    await within(made, 0, relevo.signIn(made.token('ana', 2)));
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    await relevo.stop();
  });
  it('sends nothing for a customer without one', async () => {
    const { during, made, relevo, line } = await timedPage({ getToken: () => undefined });
    await during(0);
    await within(made, 0, relevo.signIn(made.token('ana')));
    line.answering = expired;
    await during(0, () => relevo.cart.add({ sku: 'A' }));
    line.answering = undefined;
    expect(await during(60_000, () => relevo.cart.add({ sku: 'B' }))).toEqual([]);
    expect(relevo.status.connection).toBe('needs-token');
    await relevo.stop();
  });
});

describe('a token that the shop takes long to give', () => {
  it('comes too late for a customer who signed out meanwhile: nothing is sent with it', async () => {
    const { during, made, relevo, answerNext, shop, sent } = await opened();
    const late = createDeferred();
    answerNext(() => {
      shop.token = late.promise.then(() => made.token('ana'));
      return expired();
    });
    await during(0, () => relevo.cart.add({ sku: 'A' }));
    const before = sent.length;
    await within(made, 5_000, relevo.signOut());
    shop.token = undefined;
    await during(1_000, late.resolve);
    expect(sent.slice(before).filter(({ auth }) => auth.token)).toEqual([]);
    expect([relevo.identity.current.kind, relevo.status.connection, cartOf(relevo)]).toEqual([
      'guest',
      'connecting',
      {},
    ]);
    await relevo.stop();
  });
});

describe('a guest whose claim had no answer', () => {
  it('sends nothing until the shop knows its customer, asks for them with each try, and then signs in', async () => {
    const { during, made, relevo, shop, answerNext, asked } = await opened({}, timedPage, false);
    await during(0, () => relevo.cart.add({ sku: 'A' }));
    answerNext((serve) => serve().then(down));
    const signingIn = relevo.signIn(made.token('ana'));
    await during(0);
    expect(await standOf(signingIn)).toBe('network/offline');
    expect(await during(0, () => relevo.cart.add({ sku: 'B' }))).toEqual([0]);
    expect(relevo.status).toMatchObject({ connection: 'needs-token', pending: 1 });
    expect([asked(), cartOf(relevo)]).toEqual([[0], { A: 1, B: 1 }]);
    shop.token = made.token('ana');
    await during(0, () => relevo.cart.add({ sku: 'C' }));
    expect([relevo.identity.current.kind, relevo.status.connection]).toEqual(['customer', 'online']);
    expect([relevo.status.pending, cartOf(relevo)]).toEqual([0, { A: 1, B: 1, C: 1 }]);
    await relevo.stop();
  });
});

describe('a guest whom the server does not take any more', () => {
  it.each(['auth/guest-claimed', 'auth/guest-secret'])(
    'for %s gives way at once to another, who keeps what nobody has',
    async (code) => {
      const { during, relevo, answerNext, errors } = await opened({ isGuest: true }, timedPage, false);
      await during(0, () => relevo.cart.add({ sku: 'THEIRS' }));
      const { anonymousId } = relevo.identity.current;
      answerNext(() => refused(410, code));
      expect(await during(1_000, () => relevo.cart.add({ sku: 'MINE' }))).toEqual([0, 0]);
      expect([cartOf(relevo), relevo.status.pending, errors]).toEqual([{ MINE: 1 }, 0, [code]]);
      expect(relevo.identity.current.anonymousId).not.toBe(anonymousId);
      await relevo.stop();
    },
  );
});

describe('a guest after a customer', () => {
  it('is online as long as the server was there for the customer', async () => {
    const { during, made, relevo } = await opened();
    await within(made, 5_000, relevo.signOut());
    await during(100_000);
    expect([relevo.identity.current.kind, relevo.status.connection]).toEqual(['guest', 'online']);
    await relevo.stop();
  });
  it('is not said to be offline: for it nobody was asked yet', async () => {
    const { during, made, relevo, line } = await opened();
    line.answering = down;
    await during(0, () => relevo.cart.add({ sku: 'A' }));
    expect(relevo.status.connection).toBe('offline');
    await within(made, 5_000, relevo.signOut());
    await during(100_000);
    expect(relevo.status.connection).toBe('connecting');
    await relevo.stop();
  });
});

describe('a refusal of an old token', () => {
  it('does not take away the new one that came meanwhile', async () => {
    const { during, made, relevo, holdNext, sent, asked } = await opened();
    const answer = holdNext(expired);
    await during(0, () => relevo.cart.add({ sku: 'A' }));
    await during(0, () => relevo.signIn(made.token('ana', 2)));
    await during(0, answer);
    expect(sent.at(-1)?.auth.token).toBe(made.token('ana', 2));
    expect([asked(), relevo.status.pending]).toEqual([[], 0]);
    await relevo.stop();
  });
});
