import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserKinds, isPresent } from './launch.ts';
import type { Outcome } from './page.ts';
import { unlessQuick } from './quick.ts';
import { serve } from './serve.ts';

const privateMode = { 'browser.privatebrowsing.autostart': true };
/** As before Firefox 115, and where an administrator sets it so: private windows have no database. */
const withoutStorage = { ...privateMode, 'dom.indexedDB.privateBrowsing.enabled': false };

const firefoxes = browserKinds.filter(({ name }) => name === 'firefox');

// Chromium's automation has no private mode of its own: each of its contexts is one.
for (const kind of firefoxes)
  describe.skipIf(!isPresent(kind))(`private mode in ${kind.name}`, () => {
    const { launch } = kind;
    let site: Awaited<ReturnType<typeof serve>>;
    const profiles: string[] = [];
    beforeAll(async () => {
      site = await serve();
    });
    afterAll(async () => {
      await site.close();
      for (const profile of profiles) await rm(profile, { recursive: true, force: true });
    });

    const newProfile = async (): Promise<string> => {
      const profile = await mkdtemp(join(tmpdir(), 'relevo-firefox-'));
      profiles.push(profile);
      return profile;
    };

    /** What a second start of the browser finds of what the first one wrote. */
    const writtenThenRead = async (prefs: { readonly [name: string]: boolean }): Promise<unknown> => {
      const profile = await newProfile();
      const first = await launch({ profile, prefs });
      const page = await first.newPage(site.url());
      await page.evaluate(`platform.idbStore({ name: 'kept' })
      .then((store) => store.write(async (tx) => tx.put(['a'], 1), { durability: 'strict' }))`);
      await first.close();
      const second = await launch({ profile, prefs });
      const found = await (await second.newPage(site.url())).evaluate(
        `platform.idbStore({ name: 'kept' }).then((store) => store.read((tx) => tx.list([])))`,
      );
      await second.close();
      return found;
    };

    it('keeps the contract', async () => {
      const browser = await launch({ profile: await newProfile(), prefs: privateMode });
      console.info(`private mode in ${browser.version}`);
      const page = await browser.newPage(site.url());
      for (const suite of unlessQuick(['indexeddb', 'faults'], (name) => name === 'faults')) {
        const outcomes = await page.evaluate<Outcome[]>(`suites.${suite}()`);
        expect(outcomes.filter(({ failure }) => failure)).toEqual([]);
      }
      await browser.close();
    });

    it('rejects at once where private windows have no database, and leaves nothing on the page', async () => {
      const browser = await launch({ profile: await newProfile(), prefs: withoutStorage });
      const page = await browser.newPage(site.url());
      const error = `platform.idbStore({ name: 'denied' }).then(() => 'resolved', (error) => error.name)`;
      expect(await page.evaluate(error)).toBe('InvalidStateError');
      expect(await page.evaluate(`[document.querySelectorAll('iframe').length, unhandled]`)).toEqual([0, []]);
      await browser.close();
    });

    it('forgets at the end of the browser', async () => {
      expect(await writtenThenRead(privateMode)).toEqual([]);
    });

    it('is what makes the difference: an ordinary window keeps the same write', async () => {
      expect(await writtenThenRead({})).toEqual([[['a'], 1]]);
    });
  });
