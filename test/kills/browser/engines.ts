import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  isInstalled as hasDriven,
  killAll,
  launch,
  newProfile,
  processesWith,
} from '../../browser/harness/browsers.ts';
import { findWebKit, findWebKitOrSay, webKitVersion } from '../../browser/storage/webkit.ts';

export type EngineName = 'chromium' | 'firefox' | 'webkit';

/** A browser with one profile that its lives share. */
export type Engine = {
  /** The folder in which it keeps what outlives a life. */
  readonly profile: string;
  /** Begins a life on a page; `kill` ends it: SIGKILL to all its processes, and none is left. */
  start(url: string): Promise<{ readonly version: string; kill(): Promise<void> }>;
  close(): Promise<void>;
};

/** Whether the engine is here. Under CI a missing one is an error, elsewhere one line. */
export const isInstalled = (name: EngineName): boolean =>
  name === 'webkit' ? findWebKitOrSay() !== undefined : hasDriven(name);

export const createEngine = (name: EngineName): Promise<Engine> =>
  name === 'webkit' ? createWebKit() : createDriven(name);

const createDriven = async (name: 'chromium' | 'firefox'): Promise<Engine> => {
  const profile = await newProfile();
  return {
    profile: profile.path,
    async start(url) {
      const browser = await launch(name, { profile: profile.path });
      await browser.newPage(url);
      return { version: browser.version, kill: () => browser.kill() };
    },
    close: () => profile.remove(),
  };
};

/** MiniBrowser by itself: under automation each of its sessions starts with an empty store. */
const createWebKit = async (): Promise<Engine> => {
  const path = findWebKit() ?? '';
  const profile = await newProfile();
  const screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '800x600x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [display] = await once(screen.stdout, 'data');
  const version = webKitVersion();
  const folders = { XDG_DATA_HOME: 'data', XDG_CACHE_HOME: 'cache', XDG_CONFIG_HOME: 'config' };
  return {
    profile: profile.path,
    async start(url) {
      const { pid } = spawn(path, [url], {
        stdio: 'ignore',
        detached: true,
        env: {
          ...process.env,
          ...Object.fromEntries(Object.entries(folders).map(([key, folder]) => [key, `${profile.path}/${folder}`])),
          DISPLAY: `:${String(display).trim()}`,
          GDK_BACKEND: 'x11',
        },
      });
      if (!pid) throw new Error('MiniBrowser did not start');
      // Processes that were given this profile's folders.
      return { version, kill: () => killAll(() => processesWith('environ', `=${profile.path}/`)) };
    },
    async close() {
      const ended = once(screen, 'exit');
      screen.kill();
      await ended;
      await profile.remove();
    },
  };
};
