import { type Browser, type BrowserName, type LaunchOptions, launch, newProfile, type Page } from './browsers.ts';
import { createLine, type Line } from './line.ts';
import { type Shop, serveShop, type Tag } from './shop.ts';
import { type SyncServer, startSyncServer } from './sync-server.ts';

/** A browser process that tests share. Each world has a shop of its own, so to the browser it is a new origin. */
export type Process = { readonly name: BrowserName; readonly browser: Browser; close(): Promise<void> };

/** Starts a browser with a profile folder that nothing has used yet. */
export const startProcess = async (name: BrowserName, prefs: LaunchOptions['prefs'] = {}): Promise<Process> => {
  const profile = await newProfile();
  const browser = await launch(name, { profile: profile.path, prefs });
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
  /** Opens a page of the shop's origin without Relevo. */
  openEmpty(): Promise<Page>;
};

export type World = {
  readonly server: SyncServer;
  readonly shop: Shop;
  device(process: Process): Promise<Device>;
  close(): Promise<void>;
};

/** A sync server with an empty database, a shop that no browser knows yet, and a line for each device. */
export const createWorld = async (script?: string, startServer = startSyncServer): Promise<World> => {
  const server = await startServer();
  const shop = await serveShop(script);
  const closers: (() => Promise<unknown>)[] = [shop.close, server.close];
  return {
    server,
    shop,
    async device({ browser }) {
      const line = await createLine(server.port);
      closers.unshift(line.close);
      const goTo = async (url: string) => {
        const page = await browser.newPage(url);
        closers.unshift(page.close);
        return page;
      };
      return {
        line,
        open: (tag = {}) => goTo(shop.page({ endpoint: line.origin, ...tag })),
        openEmpty: () => goTo(shop.emptyPage),
      };
    },
    async close() {
      for (const close of closers.splice(0)) await close();
    },
  };
};
