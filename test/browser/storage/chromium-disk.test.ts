import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isInstalled, newProfile, type Page } from '../harness/browsers.ts';
import { createWorld, type Device, type Process, type World } from '../harness/world.ts';
import { addSynced, expectedLines, linesOf, reproduced, startOn, watchOpens } from './engine-page.ts';
import { unlessQuick } from './quick.ts';

/** Mounts a small disk. Where that is not allowed it gives the reason, and under CI that is an error. */
const mountSmallDisk = (folder: string): string | undefined => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    if (process.env['CI'] === '1') throw error;
    const text = `a full disk is left out: mounting a small one needs root (${(error as Error).message.trim()})`;
    console.info(text);
    return text;
  }
};

/** Writes until the disk takes no more. */
const fill = (file: string) => {
  const descriptor = openSync(file, 'w');
  try {
    for (const chunk of [1 << 20, 1 << 12, 1 << 8])
      try {
        for (;;) writeSync(descriptor, Buffer.alloc(chunk, 1));
      } catch {
        // full for pieces of that size
      }
  } finally {
    closeSync(descriptor);
  }
};

describe.skipIf(!isInstalled('chromium'))('a disk that fails chromium', () => {
  let world: World;
  let profile: Awaited<ReturnType<typeof newProfile>>;
  let folder = '';
  const running: Process[] = [];
  const endings: (() => void)[] = [];
  beforeEach(async () => {
    world = await createWorld();
    profile = await newProfile();
    folder = join(profile.path, 'Default', 'IndexedDB');
  });
  afterEach(async () => {
    await world.close();
    for (const { close } of running.splice(0)) await close();
    for (const end of endings.splice(0)) end();
    await profile.remove();
  });

  const start = async (tag: { readonly [name: string]: string }) => {
    const started = await startOn('chromium', profile.path);
    running.push(started);
    const device = await world.device(started);
    const page = await device.open(tag);
    await page.evaluate('relevo.ready');
    return { device, page };
  };
  const stopAll = async () => {
    for (const { close } of running.splice(0)) await close();
  };
  const status = (page: Page) => page.evaluate<[string, string?]>('[relevo.status.storage, relevo.status.degraded]');

  it('is full: the page goes on in memory and says so, sync goes on, and the store is taken back when there is room', async ({
    skip,
  }) => {
    mkdirSync(folder, { recursive: true });
    const missing = mountSmallDisk(folder);
    if (missing) skip(missing);
    endings.push(() => execFileSync('umount', ['-l', folder]));
    const token = await world.server.token('ana');
    const { device, page } = await start({ token, before: watchOpens });
    await addSynced(page, 0, 5);
    expect(await status(page)).toEqual(['indexeddb', null]);
    fill(join(folder, 'filler'));
    await addSynced(page, 5, 100, 2_000);
    const [kind, reason] = await status(page);
    console.info(`a full disk: ${reason}`);
    expect([kind, reason]).toEqual(['memory', expect.stringMatching(/Error/)]);
    expect(await linesOf(page)).toEqual(expectedLines(100));
    const elsewhere = await device.open({ token, host: '127.0.0.1' });
    await elsewhere.until('relevo.cart.lines.length === 100');
    rmSync(join(folder, 'filler'));
    await page.until(`relevo.status.storage === 'indexeddb' && !relevo.status.degraded`);
    await addSynced(page, 100, 110);
    expect(await page.evaluate('uncaught')).toEqual([]);
    await stopAll();
    // Chromium throws away a database whose log was torn by a full disk, at its next start and in silence.
    const { page: next } = await start({ token });
    await next.until('relevo.cart.lines.length === 110');
    expect(await linesOf(next)).toEqual(expectedLines(110));
    reproduced('chromium');
  });

  it('has a file where the databases should be: memory at each start, said once, and one try a minute', async () => {
    mkdirSync(join(profile.path, 'Default'), { recursive: true });
    writeFileSync(folder, 'no folder');
    const token = await world.server.token('ana');
    for (const life of [0, 1]) {
      const { page } = await start({
        token,
        before: `${watchOpens} globalThis.heard = [];`,
        run: `relevo.on('degraded', ({ reason }) => heard.push(reason));`,
      });
      await addSynced(page, life * 5, life * 5 + 5);
      const [kind, reason] = await status(page);
      console.info(`a file in place of the folder: ${reason}`);
      expect([kind, reason]).toEqual(['memory', expect.stringMatching(/backing store/)]);
      // Three of the page's minutes, which are seconds.
      const before = await page.evaluate<number>('opens');
      await page.evaluate('new Promise((resolve) => setTimeout(resolve, 3_500))');
      expect((await page.evaluate<number>('opens')) - before).toBeLessThanOrEqual(4);
      expect(await page.evaluate<number>('heard.length')).toBe(1);
      expect(await linesOf(page)).toEqual(expectedLines(life * 5 + 5));
      expect(await page.evaluate('uncaught')).toEqual([]);
      await stopAll();
    }
    reproduced('chromium');
  });

  const filesOf = (pattern: RegExp): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name));

  const flip = (file: string) => {
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; at += 7) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
  };

  const replicasOf = ({ line }: Device) =>
    line.requests.flatMap(({ path, body }) => (path === '/v1/sync' ? [(JSON.parse(body) as { r: string }).r] : []));

  const damages = [
    [
      'whose manifest is garbage is emptied in silence',
      /MANIFEST-\d+$/,
      (file: string) => writeFileSync(file, Buffer.alloc(4_096, 0xa5)),
      'new',
    ],
    ['with flipped bytes in its log is emptied in silence', /\d+\.log$/, flip, 'new'],
    ['whose log is cut off is emptied in silence', /\d+\.log$/, (file: string) => truncateSync(file, 0), 'new'],
    // What tells an emptied one from one that is not.
    ['that nobody touched is not', /\d+\.log$/, () => {}, 'same'],
  ] as const;

  it.each(unlessQuick(damages, ([what]) => /manifest/.test(what)))(
    'a database %s: the guest is the same, and the cart is there once',
    async (_, pattern, damage, replica) => {
      const first = await start({});
      await addSynced(first.page, 0, 8);
      const guest = await first.page.evaluate('relevo.identity.current.anonymousId');
      const before = replicasOf(first.device);
      await stopAll();
      const files = filesOf(pattern);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) damage(file);
      const second = await start({});
      await second.page.until('relevo.cart.lines.length === 8');
      expect(await linesOf(second.page)).toEqual(expectedLines(8));
      expect(await second.page.evaluate('relevo.identity.current.anonymousId')).toBe(guest);
      await addSynced(second.page, 8, 10);
      const isOld = replicasOf(second.device).map((one) => before.includes(one));
      expect(new Set(isOld)).toEqual(new Set([replica === 'same']));
      await stopAll();
      const third = await start({ endpoint: 'http://localhost:9' });
      expect([await linesOf(third.page), await status(third.page)]).toEqual([expectedLines(10), ['indexeddb', null]]);
      expect(await third.page.evaluate('uncaught')).toEqual([]);
      if (replica === 'new') reproduced('chromium');
    },
  );
});
