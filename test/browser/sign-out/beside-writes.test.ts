import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { figures } from '../../../tools/full/figures.ts';
import { browserNames, isInstalled } from '../harness/browsers.ts';
import { eventually } from '../harness/eventually.ts';
import { createLine } from '../harness/line.ts';
import { createWorld, startProcess, type World } from '../harness/world.ts';
import { findWebKit, webKitVersion } from '../storage/webkit.ts';
import { everythingPublic, everythingStored } from './everything-stored.ts';
import { openWebKitTabs, type Tab } from './webkit-tabs.ts';

const engines = [...browserNames, 'webkit'] as const;
const rounds = Number(process.env['RELEVO_SIGN_OUTS'] ?? 3);
const tag = { consent: 'personalization:granted', device: 'shared' };

/**
 * In each tab: writes as whoever is shown, and remembers what was said to be synced. Who keeps writing has always one write
 * under way, and waits for it: a page that did not would fill the store's queue faster than a busy machine empties it, and
 * all that comes behind, also of other tabs, would wait for minutes.
 */
const writing = (tab: number) => `(() => {
  globalThis.synced = [];
  let made = 0;
  globalThis.write = () => {
    const { kind, customerId } = relevo.identity.current;
    const name = kind === 'guest' ? 'Guest-${tab}-' + (made++ % 3) : customerId + '-${tab}-' + made++;
    const change = relevo.cart.add({ sku: name, title: name });
    relevo.preferences.set(kind === 'guest' ? 'motto' : name, name);
    relevo.browsing.view({ kind: 'product', id: name, title: name });
    if (kind !== 'guest') change.synced.then(() => synced.push(name), () => {});
    return change;
  };
  let left = 0;
  let writing;
  globalThis.keepWriting = () => {
    left = Infinity;
    writing = (async () => { while (left-- > 0) await write().saved.catch(() => {}); })();
  };
  globalThis.stopWriting = (more) => { left = more; return writing; };
})()`;

/** Two tabs of one browser on the shop's page, with a line of their own to the server. */
const openTabs = async (name: (typeof engines)[number], world: World) => {
  if (name === 'webkit') {
    const line = await createLine(world.server.port);
    const { tabs, close } = await openWebKitTabs(world.shop, { endpoint: line.origin, ...tag }, 2);
    onTestFinished(async () => {
      await close();
      await line.close();
    });
    return { tabs, line, version: webKitVersion() };
  }
  const process = await startProcess(name);
  onTestFinished(() => process.close());
  const device = await world.device(process);
  const tabs: Tab[] = [await device.open(tag), await device.open(tag)];
  return { tabs, line: device.line, version: process.browser.version };
};

/** All that the server has of a token's customer, as one text. */
const everythingOf = async (port: number, token: string): Promise<string> => {
  let text = '';
  const ids = { device: randomUUID(), r: randomUUID() };
  for (let cur: string | null = null, isMore = true; isMore; ) {
    const body = { v: 1, site: 'pk_demo', sdk: 'test', channel: 'web', ...ids, auth: { token }, cur, low: 0, ops: [] };
    const reply = await fetch(`http://127.0.0.1:${port}/v1/sync`, { method: 'POST', body: JSON.stringify(body) });
    const part = await reply.text();
    ({ cur, more: isMore } = JSON.parse(part) as { cur: string; more: boolean });
    text += part;
  }
  return text;
};

const isHere = (name: (typeof engines)[number]) => (name === 'webkit' ? !!findWebKit() : isInstalled(name));

for (const name of engines)
  describe.skipIf(!isHere(name))(`in ${name}`, () => {
    it(`${rounds} sign-outs with a push in flight and another tab that writes leave no trace, and nothing goes out with the token afterwards`, {
      timeout: 120_000 + rounds * 20_000,
    }, async () => {
      const world = await createWorld();
      onTestFinished(() => world.close());
      const { tabs, line, version } = await openTabs(name, world);
      const [first, second] = tabs as [Tab, Tab];
      const faults: string[] = [];
      let acknowledged = 0;
      let unsentInAll = 0;
      for (const [at, tab] of tabs.entries())
        await tab.evaluate(`relevo.ready.then(() => ${writing(at)}).then(() => 0)`);
      for (let round = 0; round < rounds; round++) {
        const who = `Kanarienvogel-${round}-x`;
        const token = await world.server.token(who);
        const tracesIn = (text: string) =>
          ['Kanarienvogel', token, ...token.split('.').slice(1)].filter((trace) => text.includes(trace));
        for (const tab of tabs)
          await tab.evaluate(`relevo.signIn(${JSON.stringify(token)}).then(() => write().synced).then(() => 0)`);
        if (!tracesIn(await first.evaluate(everythingStored)).length) faults.push(`${who}: nothing to look for`);

        // A push is at the server, whose answer is held; the other tab is in the midst of writing.
        const replies = line.holdReplies();
        await second.evaluate('void keepWriting()');
        await first.evaluate('void write()');
        await eventually(() => replies.count > 0, 'a push is in flight');
        const release = [0, 1, 2][round % 3];
        // In the middle of the sign-out, right behind it, or after all else.
        const leaving = first.evaluate<{ unsynced: number }>('relevo.signOut()');
        if (release === 0) replies.release();
        const { unsynced } = await leaving;
        const sentBefore = line.requests.length;
        unsentInAll += unsynced;
        const texts = [
          first.evaluate<string>(everythingStored),
          ...tabs.map((tab) => tab.evaluate<string>(everythingPublic)),
        ];
        const now = (await Promise.all(texts)).flatMap(tracesIn);
        if (now.length) faults.push(`${who}, at once: ${now}`);
        if (release === 1) replies.release();
        await second.evaluate('stopWriting(3).then(() => 0)');
        replies.release();
        // The next one does something, in both tabs, and has exchanged it with the server.
        for (const tab of tabs) await tab.evaluate('write().synced.then(() => 0)');
        const left = [
          ...tabs.map((tab) => tab.evaluate<string>(everythingPublic)),
          ...tabs.map((tab) => tab.evaluate<string>(everythingStored)),
        ];
        const found = (await Promise.all(left)).flatMap(tracesIn);
        if (found.length) faults.push(`${who}, later: ${found}`);
        const sent = line.requests.slice(sentBefore).flatMap(({ body }) => tracesIn(body));
        if (sent.length) faults.push(`${who}: sent afterwards: ${sent}`);

        const has = await everythingOf(world.server.port, token);
        for (const tab of tabs)
          for (const sku of await tab.evaluate<string[]>('synced.splice(0)')) {
            acknowledged++;
            if (!has.includes(`"${sku}"`)) faults.push(`${sku} was synced and is lost`);
          }
        await first.evaluate('relevo.cart.clear(); 0');
      }
      console.info(
        `${version}: ${rounds} sign-outs, ${acknowledged} changes acknowledged, ${unsentInAll} not sent, ${faults.length} faults`,
      );
      figures.sum(`${name}: sign-outs`, rounds);
      figures.sum(`${name}: sign-outs with a trace, a late request or a loss`, faults.length);
      expect(faults).toEqual([]);
    });
  });
