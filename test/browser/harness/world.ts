import { type Browser, type BrowserName, launch, newProfile, type Page } from './browsers.ts';
import { createLine, type Line } from './line.ts';
import { type Shop, serveShop, type Tag } from './shop.ts';
import { type SyncServer, startSyncServer } from './sync-server.ts';

/** A browser process that tests share. Each world has a shop of its own, so to the browser it is a new origin. */
export type Process = { readonly name: BrowserName; readonly browser: Browser; close(): Promise<void> };

/** Starts a browser with a profile folder that nothing has used yet. */
export const startProcess = async (name: BrowserName): Promise<Process> => {
  const profile = await newProfile();
  const browser = await launch(name, { profile: profile.path });
  return {
    name,
    browser,
    async close() {
      await browser.close();
      await profile.remove();
    },
  };
};

/** A browser with its own line to the server. */
export type Device = {
  readonly line: Line;
  /** Opens the shop, with the script tag's options by the name after `data-`. */
  open(tag?: Tag): Promise<Page>;
};

export type World = {
  readonly server: SyncServer;
  readonly shop: Shop;
  device(process: Process): Promise<Device>;
  close(): Promise<void>;
};

/** A sync server with an empty database, a shop that no browser knows yet, and a line for each device. */
export const createWorld = async (script?: string): Promise<World> => {
  const server = await startSyncServer();
  const shop = await serveShop(script);
  const closers: (() => Promise<unknown>)[] = [shop.close, server.close];
  return {
    server,
    shop,
    async device({ browser }) {
      const line = await createLine(server.port);
      closers.unshift(line.close);
      const open = async (tag: Tag = {}) => {
        const page = await browser.newPage(shop.page({ endpoint: line.origin, ...tag }));
        closers.unshift(page.close);
        return page;
      };
      return { line, open };
    },
    async close() {
      for (const close of closers.splice(0)) await close();
    },
  };
};
