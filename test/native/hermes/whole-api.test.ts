import { afterEach, beforeEach, expect, it } from 'vitest';
import type { App } from './phone.ts';
import { createPhoneWorld, type PhoneWorld } from './world.ts';

let world: PhoneWorld;
let app: App;
let second: App;
const options = `consent: { personalization: "granted" },
  collections: { quiz: { kind: "reg" }, profile: { kind: "map" }, liked: { kind: "flag" } }`;
beforeEach(async () => {
  world = await createPhoneWorld();
  app = await (await world.phone()).open(options);
  second = await (await world.phone()).open(options);
});
afterEach(() => world.close());

const signIn = (on: App, token: string) => on.evaluate<{ receipt: unknown }>(`relevo.signIn(${JSON.stringify(token)})`);

it('every part of the API does its work on Hermes, and another phone has it', async () => {
  await app.evaluate(`(() => {
    const { cart, browsing, preferences, identity } = relevo;
    cart.add({ sku: "SOFA-3", quantity: 2, properties: { colour: "oak", size: 3 }, price: { amountMinor: 129900, currency: "EUR" } });
    cart.add({ sku: "LAMP-1", title: "Lampe 💡" });
    cart.add({ sku: "RUG-9" });
    cart.update({ sku: "LAMP-1" }, { url: "https://shop.example/lamp", title: null });
    cart.setQuantity({ sku: "LAMP-1" }, 3);
    cart.remove({ sku: "RUG-9" });
    browsing.view({ kind: "product", id: "SOFA-3", title: "Sofa" });
    browsing.view({ kind: "product", id: "RUG-9" });
    browsing.remove("RUG-9", "product");
    preferences.set("size", { shoe: 44 });
    preferences.set("gone", 1);
    preferences.delete("gone");
    identity.set({ name: "Ana" });
    relevo.collection("quiz").set("style", "rustic");
    relevo.capture({ type: "view", items: [{ id: "BED-2" }] });
  })()`);
  const token = await world.server.token('ana');
  await signIn(app, token);
  await app.evaluate('relevo.flush()');
  const state = `({
    lines: relevo.cart.lines.map(({ sku, quantity, url, title, price, properties }) =>
      [sku, quantity, url, title, price, properties]).sort(([a], [b]) => (a < b ? 1 : -1)),
    recent: relevo.browsing.recent().map(({ id }) => id).sort(),
    preferences: relevo.preferences.entries(),
    traits: relevo.identity.current.traits,
    quiz: relevo.collection("quiz").get("style"),
  })`;
  const own = await app.evaluate(state);
  expect(own).toEqual({
    lines: [
      ['SOFA-3', 2, null, null, { amountMinor: 129900, currency: 'EUR' }, { colour: 'oak', size: 3 }].map(absent),
      ['LAMP-1', 3, 'https://shop.example/lamp', null, null, {}].map(absent),
    ],
    recent: ['BED-2', 'SOFA-3'],
    preferences: [['size', { shoe: 44 }]],
    traits: { name: 'Ana' },
    quiz: 'rustic',
  });

  await signIn(second, token);
  await second.evaluate('relevo.flush()');
  expect(await second.evaluate(state)).toEqual(own);

  expect(await app.evaluate('relevo.signOut()')).toEqual({ unsynced: 0, outcome: 'flushed' });
  expect(
    await app.evaluate('[relevo.cart.count, relevo.browsing.recent().length, relevo.identity.current.kind]'),
  ).toEqual([0, 0, 'guest']);
  await app.evaluate('relevo.cart.add({ sku: "OWN-1" }).saved.then(() => 0)');
  const { receipt } = await signIn(app, await world.server.token('bea'));
  expect(receipt).not.toBeNull();
  await app.evaluate('relevo.flush()');
  expect(await app.evaluate('relevo.cart.lines.map(({ sku }) => sku)')).toEqual(['OWN-1']);
  await app.evaluate('Promise.all(relevo.cart.clear().map(({ synced }) => synced)).then(() => 0)');
  await app.evaluate('relevo.consent.set({ personalization: "denied" }).length');
  await app.evaluate('relevo.flush()');
  await app.evaluate('relevo.stop()');
  expect({ uncaught: [...app.uncaught, ...second.uncaught], logs: [...app.logs, ...second.logs] }).toEqual({
    uncaught: [],
    logs: [],
  });
});

it('all kinds of collections are written and read', async () => {
  await app.evaluate('void relevo.collection("profile").patch("me", { height: 170, shoe: 44 })');
  await app.evaluate('void relevo.collection("profile").patch("me", { shoe: null })');
  await app.evaluate('relevo.collection("liked").set("SOFA-3", true).saved.then(() => 0)');
  const read = '[relevo.collection("profile").get("me"), relevo.collection("liked").get("SOFA-3")]';
  expect(await app.evaluate(read)).toEqual([{ height: 170 }, true]);
});

it('what an app calls wrongly is refused with a code', async () => {
  const refused = (expression: string) => app.evaluate(expression).catch((error: { code?: string }) => error.code);
  expect(await refused('relevo.cart.add({ sku: "" })')).toMatch(/^change\//);
  expect(await refused('relevo.collection("never named").set("a", 1)')).toMatch(/^collection\//);
  expect(await refused('relevo.signIn("no token")')).toMatch(/^auth\//);
});

/** JSON has no undefined. */
const absent = (value: unknown) => value ?? null;
