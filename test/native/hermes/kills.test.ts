import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type SyncServer, startSyncServer } from '../../browser/harness/sync-server.ts';
import type { App } from './phone.ts';
import { createPhoneWorld, type OnlinePhone, type PhoneWorld } from './world.ts';

/** Quantities by sku. */
type Cart = { readonly [sku: string]: number };
/** What is done in one turn, and so is stored as one. */
type Step = { readonly changes: string; apply(cart: Cart): Cart };

/** Dozens of starts of the VM, each with its sync, on a machine that may have other work. */
const killsMs = 300_000;

let server: SyncServer;
let world: PhoneWorld;
let phone: OnlinePhone;
beforeAll(async () => {
  server = await startSyncServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  world = await createPhoneWorld(server);
  phone = await world.phone();
});
afterEach(() => world.close());

it(
  'a guest’s app that is killed at any write of its storage has all that was saved, once',
  async () => {
    const { runs, app, cart } = await killAtEveryWrite();
    console.info(`a guest: ${runs} runs, ${phone.storage.writes} writes`);
    const token = await server.token('guest-of-the-kills');
    await app.evaluate(`relevo.signIn(${JSON.stringify(token)})`);
    expect(await onAnotherPhone(token, cart)).toEqual(cart);
    expect(await app.evaluate(quantities)).toEqual(cart);
  },
  killsMs,
);

it(
  'a customer’s app that is killed at any write of its storage has all that was saved, once',
  async () => {
    const token = await server.token('customer-of-the-kills');
    const { runs, cart } = await killAtEveryWrite(token);
    console.info(`a customer: ${runs} runs, ${phone.storage.writes} writes`);
    expect(await onAnotherPhone(token, cart)).toEqual(cart);
  },
  killsMs,
);

it(
  'a guest’s lines are in the customer’s cart once, whichever write of the sign-in was the last',
  async () => {
    const deaths = await atEveryWrite(async (own, attempt, dieAt) => {
      const token = await server.token(`signs-in-${attempt}`);
      const app = await own.open();
      await app.evaluate('relevo.cart.add({ sku: "SOFA-3", quantity: 2 }).synced.then(() => 0)');
      own.line.setConnected(false);
      await app.evaluate('relevo.cart.add({ sku: "SOFA-3" }).saved.then(() => 0)');
      await app.evaluate('relevo.cart.add({ sku: "LAMP-1" }).saved.then(() => 0)');
      own.line.setConnected(true);
      await dieAt(app, async () => {
        await app.evaluate(`relevo.signIn(${JSON.stringify(token)})`);
        // What the sign-in leaves to do has its writes too.
        await app.until('relevo.status.pending === 0');
      });
      const after = await own.open(signedIn(token));
      await after.until('relevo.identity.current.kind === "customer" && relevo.status.pending === 0');
      await after.until('relevo.cart.lines.every(({ merging }) => !merging)');
      const cart = { 'SOFA-3': 3, 'LAMP-1': 1 };
      expect(await after.evaluate(quantities), `after a death at write ${attempt}`).toEqual(cart);
      expect(await onAnotherPhone(token, cart)).toEqual(cart);
    });
    console.info(`sign-in: ${deaths} deaths`);
    expect(deaths).toBeGreaterThan(3);
  },
  killsMs,
);

it(
  'after a sign-out nobody sees the customer’s cart but the customer, whichever write was the last',
  async () => {
    const deaths = await atEveryWrite(async (own, attempt, dieAt) => {
      const token = await server.token(`signs-out-${attempt}`);
      const app = await own.open(signedIn(token));
      await app.evaluate('relevo.cart.add({ sku: "SOFA-3", quantity: 2 }).synced.then(() => 0)');
      own.line.setConnected(false);
      await app.evaluate('relevo.cart.add({ sku: "LAMP-1" }).saved.then(() => 0)');
      await dieAt(app, async () => {
        await app.evaluate('relevo.signOut()');
      });
      const guest = await own.open('getToken: () => null');
      await guest.until('relevo.identity.current.kind === "guest"');
      expect(await guest.evaluate(quantities), `after a death at write ${attempt}`).toEqual({});
      await own.close();

      own.line.setConnected(true);
      const back = await own.open(signedIn(token));
      await back.until('relevo.identity.current.kind === "customer" && relevo.status.pending === 0');
      const cart = { 'SOFA-3': 2, 'LAMP-1': 1 };
      await back.until('relevo.cart.count === 3');
      expect(await back.evaluate(quantities), `after a death at write ${attempt}`).toEqual(cart);
      expect(await onAnotherPhone(token, cart)).toEqual(cart);
    });
    console.info(`sign-out: ${deaths} deaths`);
    expect(deaths).toBeGreaterThan(1);
  },
  killsMs,
);

const quantities = 'Object.fromEntries(relevo.cart.lines.map(({ sku, quantity }) => [sku, quantity]))';
const signedIn = (token?: string) => (token ? `getToken: () => ${JSON.stringify(token)}` : '');

const add = (sku: string, quantity: number): Step => ({
  changes: `[relevo.cart.add({ sku: "${sku}", quantity: ${quantity} })]`,
  apply: (cart) => ({ ...cart, [sku]: (cart[sku] ?? 0) + quantity }),
});

/** What is done in each run. Of 1, 4 and 16 nothing is missing or counted twice unseen. */
const stepsOf = (run: number): Step[] => [
  add(`A${run}`, 1),
  add(`A${run}`, 4),
  {
    changes: `[relevo.cart.add({ sku: "B${run}" }), relevo.cart.add({ sku: "EVERY" })]`,
    apply: (cart) => ({ ...cart, [`B${run}`]: 1, EVERY: (cart['EVERY'] ?? 0) + 1 }),
  },
  {
    changes: `[relevo.cart.setQuantity({ sku: "B${run}" }, 7)]`,
    apply: (cart) => ({ ...cart, [`B${run}`]: 7 }),
  },
  add(`A${run}`, 16),
  {
    changes: `[relevo.cart.remove({ sku: "B${run}" })]`,
    apply: ({ [`B${run}`]: _, ...rest }) => rest,
  },
];

/**
 * Each run is killed at a later write than the one before it, and the next one starts on what is left.
 * Ends with the first run that outlives all its writes; that one goes on.
 */
const killAtEveryWrite = async (token?: string): Promise<{ runs: number; app: App; cart: Cart }> => {
  // What the cart may be: from what was last reported as saved to what was last begun.
  let possible: Cart[] = [{}];
  for (let run = 1; ; run++) {
    phone.line.setConnected(false);
    const app = phone.start();
    const { death, isOver } = dieAtWrite(phone, app, run);
    try {
      await phone.begin(app, signedIn(token));
      const restored = await app.evaluate<Cart>(quantities);
      expect(possible, `the cart after ${run - 1} deaths`).toContainEqual(restored);
      possible = [restored];
      phone.line.setConnected(true);
      for (const [index, { changes, apply }] of stepsOf(run).entries()) {
        possible.push(apply(possible.at(-1) ?? {}));
        const saved = `Promise.all(${changes}.map(({ saved }) => saved))`;
        await app.evaluate(`${saved}.then(() => report("saved", ${index + 1}))`);
      }
      // So that it does not wait for its next try.
      app.setState('background');
      app.setState('active');
      await app.until('relevo.status.pending === 0');
    } catch (error) {
      whenKilled(isOver)(error);
    }
    expect(app.uncaught).toEqual([]);
    if (!isOver()) {
      phone.storage.beforeWrite = () => true;
      return { runs: run, app, cart: await app.evaluate<Cart>(quantities) };
    }
    await death;
    const [, last] = app.reports.at(-1) ?? [];
    possible = possible.slice(Number(last ?? 0));
  }
};

/** Runs `part` and kills the app in it. */
type DieAt = (app: App, part: () => Promise<void>) => Promise<void>;

/** Again and again on a new phone, killed at one write later each time, until a run outlives its part. Says how often it died. */
const atEveryWrite = async (
  body: (own: OnlinePhone, attempt: number, dieAt: DieAt) => Promise<void>,
): Promise<number> => {
  for (let attempt = 1; ; attempt++) {
    const own = await world.phone();
    let hasDied = false;
    await body(own, attempt, async (app, part) => {
      const { isOver } = dieAtWrite(own, app, attempt);
      await part().catch(whenKilled(isOver));
      own.storage.beforeWrite = () => true;
      hasDied = isOver();
      expect(app.uncaught).toEqual([]);
      await app.kill();
    });
    await own.close();
    if (!hasDied) return attempt - 1;
  }
};

/** Kills the VM when it asks for the write of that number, which never happens. */
const dieAtWrite = ({ storage }: OnlinePhone, app: App, number: number) => {
  const last = storage.writes + number;
  const death = Promise.withResolvers<void>();
  let isOver = false;
  storage.beforeWrite = (count) => {
    if (count < last) return true;
    isOver = true;
    storage.beforeWrite = () => true;
    death.resolve(app.kill());
    return false;
  };
  return { death: death.promise, isOver: () => isOver };
};

/** An error is no news from an app that was killed. */
const whenKilled = (isOver: () => boolean) => (error: unknown) => {
  if (!isOver()) throw error;
};

/** What a phone shows that has only what the server has. */
const onAnotherPhone = async (token: string, awaited: Cart): Promise<Cart> => {
  const other = await world.phone();
  const app = await other.open(signedIn(token));
  await app.until(`relevo.cart.lines.length >= ${Object.keys(awaited).length}`);
  const cart = await app.evaluate<Cart>(quantities);
  await other.close();
  return cart;
};
