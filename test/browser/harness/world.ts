import { type Browser, type BrowserName, launch, newProfile, type Page } from './browsers.ts';
import { createLine, type Line } from './line.ts';
import { type Shop, serveShop, type Tag } from './shop.ts';
import { type SyncServer, startSyncServer } from './sync-server.ts';

/** A browser process with its own profile and its own line to the server. */
export type Device = {
  readonly line: Line;
  readonly browser: Browser;
  /** Opens the shop, with the script tag's options by the name after `data-`. */
  open(tag?: Tag): Promise<Page>;
};

export type World = {
  readonly server: SyncServer;
  readonly shop: Shop;
  device(name: BrowserName): Promise<Device>;
  close(): Promise<void>;
};

/** A sync server with an empty database, a shop, and as many browsers as a test asks for. */
export const createWorld = async (script?: string): Promise<World> => {
  const server = await startSyncServer();
  const shop = await serveShop(script);
  const closers: (() => Promise<unknown>)[] = [shop.close, server.close];
  return {
    server,
    shop,
    async device(name) {
      const profile = await newProfile();
      closers.unshift(profile.remove);
      const line = await createLine(server.port);
      closers.unshift(line.close);
      const browser = await launch(name, { profile: profile.path });
      closers.unshift(browser.close);
      const open = (tag: Tag = {}) => browser.newPage(shop.page({ endpoint: line.origin, ...tag }));
      return { line, browser, open };
    },
    async close() {
      for (const close of closers.splice(0)) await close();
    },
  };
};
