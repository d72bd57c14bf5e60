import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isInstalled } from '../harness/browsers.ts';
import { eventually } from '../harness/eventually.ts';
import { createWorld, type Device, type Process, startProcess, type World } from '../harness/world.ts';

const pairs = [
  ['chromium', 'chromium'],
  ['chromium', 'firefox'],
] as const;

/** The cart as people see it. */
const cart = 'relevo.cart.lines.map(({ sku, quantity }) => quantity + " " + sku).sort().join(", ")';

for (const [nameOfA, nameOfB] of pairs) {
  describe.skipIf(!isInstalled(nameOfA, nameOfB))(
    `${nameOfA} and ${nameOfB}, each a process with its own profile`,
    () => {
      let processes: Process[];
      let world: World;
      let a: Device;
      let b: Device;
      let versions: string;
      beforeAll(async () => {
        processes = await Promise.all([startProcess(nameOfA), startProcess(nameOfB)]);
        versions = processes.map(({ browser }) => browser.version).join(' and ');
        console.info(`pair: ${versions}`);
      });
      afterAll(async () => {
        for (const { close } of processes) await close();
      });
      beforeEach(async () => {
        world = await createWorld();
        const [ofA, ofB] = processes as [Process, Process];
        [a, b] = [await world.device(ofA), await world.device(ofB)];
      });
      afterEach(() => world.close());

      it('restores the cart on B by exactly one HTTP request, the live socket blocked', async () => {
        const token = await world.server.token('ana');
        const onA = await a.open({ token });
        await onA.evaluate(`relevo.ready.then(() => Promise.all([
      relevo.cart.add({ sku: 'SOFA-3', quantity: 2, title: 'Sofa', properties: { colour: 'oak' } }).synced,
      relevo.cart.add({ sku: 'LAMP-1' }).synced,
    ])).then(() => 0)`);

        b.line.refuseSockets(true);
        const replies = b.line.holdReplies();
        const onB = await b.open({ token });
        await eventually(() => replies.count > 0, 'the first request of B has its reply');
        expect(await onB.evaluate('relevo.cart.count')).toBe(0);
        expect(b.line.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/sync']);
        // All that comes later stays unanswered: what is readable then came by this one.
        replies.releaseOne();
        await onB.until('relevo.cart.count === 3');
        const lines =
          'relevo.cart.lines.map(({ sku, quantity, properties, title }) => ({ sku, quantity, properties, title }))';
        expect(await onB.evaluate(lines)).toEqual([
          { sku: 'SOFA-3', quantity: 2, properties: { colour: 'oak' }, title: 'Sofa' },
          { sku: 'LAMP-1', quantity: 1, properties: {} },
        ]);
        replies.release();
      });

      it('shows 95 of 100 changes on B in under 300 ms, BroadcastChannel and polling off', async () => {
        const token = await world.server.token('ana');
        const tag = { token, without: 'BroadcastChannel' };
        const [onA, onB] = [await a.open(tag), await b.open(tag)];
        for (const page of [onA, onB]) await page.until('relevo.status.connection === "online"');
        // The pages measure, so that nobody has to ask them while they work.
        await onB.evaluate(`globalThis.seen = (count) => new Promise((resolve) => {
      const off = relevo.cart.subscribe(() => {
        if (relevo.cart.count !== count) return;
        resolve(Date.now());
        off();
      });
    }); 0`);
        await eventually(() => b.line.sockets.open === 1, 'B has its live socket');
        const change = async (count: number) => {
          const seenAt = onB.evaluate<number>(`seen(${count})`);
          const madeAt = await onA.evaluate<number>(
            '(() => { const at = Date.now(); relevo.cart.add({ sku: "SOFA-3" }); return at; })()',
          );
          return (await seenAt) - madeAt;
        };
        await onA.evaluate(`relevo.cart.add({ sku: 'SOFA-3' }); 0`);
        await onB.until('relevo.cart.count === 1');
        // A page asks once more when its socket is open. What arrives without any request came by that socket, and
        // to a page at rest.
        let first = 2;
        let requestsBefore: number;
        do {
          requestsBefore = b.line.requests.length;
          await change(first++);
        } while (b.line.requests.length > requestsBefore && first < 10);
        const latenciesMs: number[] = [];
        for (let count = first; count < first + 50; count++) latenciesMs.push(await change(count));
        const sorted = latenciesMs.toSorted((x, y) => x - y);
        const [p50, p95] = [sorted[24] ?? 0, sorted[47] ?? Number.POSITIVE_INFINITY];
        console.info(
          `live, ${versions}: p50 ${p50} ms, p95 ${p95} ms, longest ${sorted[49]} ms of ${sorted.length} changes`,
        );
        expect(b.line.requests.slice(requestsBefore)).toEqual([]);
        expect(p95).toBeLessThan(300);
      });

      it('joins what both did offline: adds sum, removals stay, an add that a removal had not seen survives', async () => {
        const token = await world.server.token('ana');
        const [onA, onB] = [await a.open({ token }), await b.open({ token })];
        const adds =
          '[["SOFA-3", 1], ["RUG-1", 2], ["LAMP-1", 1]].map(([sku, quantity]) => relevo.cart.add({ sku, quantity }))';
        await onA.evaluate(`relevo.ready.then(() => Promise.all(${adds}.map(({ synced }) => synced))).then(() => 0)`);
        await onB.until('relevo.cart.count === 4');

        for (const { line } of [a, b]) line.setConnected(false);
        await onA.evaluate(`relevo.cart.add({ sku: 'SOFA-3', quantity: 2 }); relevo.cart.remove({ sku: 'RUG-1' });
      relevo.cart.remove({ sku: 'LAMP-1' }).saved.then(() => 0)`);
        await onB.evaluate(`relevo.cart.add({ sku: 'SOFA-3', quantity: 3 }); relevo.cart.remove({ sku: 'RUG-1' });
      relevo.cart.add({ sku: 'LAMP-1', quantity: 4 }).saved.then(() => 0)`);
        for (const page of [onA, onB])
          await page.until('relevo.status.connection === "offline" && relevo.status.pending === 3');
        expect([await onA.evaluate(cart), await onB.evaluate(cart)]).toEqual(['3 SOFA-3', '4 SOFA-3, 5 LAMP-1']);

        for (const { line } of [a, b]) line.setConnected(true);
        const startMs = performance.now();
        // The operating system says this to pages; of a cut line between it and the server it knows nothing.
        for (const page of [onA, onB]) await page.evaluate('dispatchEvent(new Event("online"))');
        const joined = `${cart} === '4 LAMP-1, 6 SOFA-3' && relevo.status.pending === 0`;
        await Promise.all([onA.until(joined), onB.until(joined)]);
        const healedMs = Math.round(performance.now() - startMs);
        console.info(`healed, ${versions}: equal after ${healedMs} ms`);
        expect(healedMs).toBeLessThan(3_000);
      });

      it('flushes what was written while a sign-in is under way', async () => {
        const onA = await a.open({ token: await world.server.token('ana') });
        await onA.evaluate(`relevo.ready.then(() => { relevo.cart.add({ sku: 'SOFA-3' }); return relevo.flush(); })`);
        expect(await onA.evaluate('[relevo.identity.current.customerId, relevo.status.pending]')).toEqual(['ana', 0]);
      });

      it('keeps in view what a guest added, at every moment of the sign-in that takes it over', async () => {
        const onA = await a.open({ token: await world.server.token('ana') });
        const counts = await onA.evaluate<number[]>(`relevo.ready.then(async () => {
        const counts = [];
        const note = () => counts.push(relevo.cart.count);
        const { saved, synced } = relevo.cart.add({ sku: 'SOFA-3', quantity: 2 });
        relevo.subscribe(note);
        for (const event of ['signin', 'merge', 'restore', 'status']) relevo.on(event, note);
        for (const promise of [saved, synced, relevo.flush()]) await promise.then(note);
        return counts;
      })`);
        expect(counts.filter((count) => count !== 2)).toEqual([]);
      });

      it('brings preferences and recently viewed products, then and later', async () => {
        const tag = { token: await world.server.token('ana'), consent: 'personalization:granted' };
        const onA = await a.open(tag);
        await onA.evaluate(`relevo.ready.then(async () => {
      await relevo.preferences.set('currency', 'USD').synced;
      for (const id of ['RUG-1', 'LAMP-1', 'SOFA-3'])
        await relevo.browsing.view({ kind: 'product', id, title: id, url: '/' + id }).synced;
    })`);
        const onB = await b.open(tag);
        await onB.until('relevo.preferences.get("currency") === "USD" && relevo.browsing.recent().length === 3');
        expect(
          await onB.evaluate('relevo.browsing.recent({ kind: "product", limit: 2 }).map(({ id, url }) => [id, url])'),
        ).toEqual([
          ['SOFA-3', '/SOFA-3'],
          ['LAMP-1', '/LAMP-1'],
        ]);

        await onB.evaluate(
          `relevo.preferences.set('currency', 'GBP'); relevo.browsing.view({ kind: 'product', id: 'RUG-1' }); 0`,
        );
        await onA.until('relevo.preferences.get("currency") === "GBP" && relevo.browsing.recent()[0].id === "RUG-1"');
        expect(await onA.evaluate('relevo.browsing.recent().length')).toBe(3);
      });
    },
  );
}
