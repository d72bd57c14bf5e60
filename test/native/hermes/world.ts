import { createLine, type Line } from '../../browser/harness/line.ts';
import { type SyncServer, startSyncServer } from '../../browser/harness/sync-server.ts';
import { appBundle } from './app-bundle.ts';
import { type App, createPhone, type Phone } from './phone.ts';

/** A phone with its own line to the server. */
export type OnlinePhone = Phone & {
  readonly line: Line;
  /** Starts the app and Relevo in it; `options` is source text of more options. */
  open(options?: string): Promise<App>;
  /** Starts Relevo in an app that runs. */
  begin(app: App, options?: string): Promise<void>;
};

export type PhoneWorld = { readonly server: SyncServer; phone(): Promise<OnlinePhone>; close(): Promise<void> };

/** The cart as people see it. */
export const cart = 'relevo.cart.lines.map(({ sku, quantity }) => quantity + " " + sku).sort().join(", ")';

/** The sync server and phones on it. `server` is one that somebody else closes. */
export const createPhoneWorld = async (server?: SyncServer): Promise<PhoneWorld> => {
  const own = server ?? (await startSyncServer());
  const closers: (() => Promise<unknown>)[] = server ? [] : [own.close];
  return {
    server: own,
    async phone() {
      const line = await createLine(own.port);
      const phone = createPhone(appBundle('default'));
      closers.unshift(phone.close, line.close);
      const begin = async (app: App, options = '') => {
        await app.evaluate(`startApp({ endpoint: ${JSON.stringify(line.origin)}, ${options} })`);
        await app.evaluate('relevo.ready');
      };
      return {
        ...phone,
        line,
        begin,
        async open(options) {
          const app = phone.start();
          await begin(app, options);
          return app;
        },
      };
    },
    async close() {
      for (const close of closers.splice(0)) await close();
    },
  };
};
