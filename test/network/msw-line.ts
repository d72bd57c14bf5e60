import { HttpResponse, http } from 'msw';
import { type SetupServer, setupServer } from 'msw/node';
import type { RelevoOptions } from '../../src/client/api.ts';
import type { Store, Transport } from '../../src/client/ports.ts';
import { fetchTransport } from '../../src/platform/fetch-transport.ts';
import { memoryStore } from '../../src/platform/memory-store.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { type CountedPage, countedPage } from '../client/counted-page.ts';
import { settle, world } from '../client/world.ts';

const endpoint = 'https://sync.test';

/** What stands between: gets the request's text and what the server itself would answer, and answers in its place. */
export type Between = (text: string, serve: () => Promise<Response>, request: Request) => Promise<Response> | Response;

export type MswLine = {
  readonly made: World;
  readonly server: SetupServer;
  /** When each request left, milliseconds of virtual time since the start, and its body. */
  readonly sent: {
    readonly atMs: number;
    readonly body: { readonly ops: readonly { readonly i: string }[] } & Record<string, unknown>;
  }[];
  between: Between | undefined;
  page(options?: Partial<RelevoOptions>, disk?: Store): CountedPage;
};

/** The real transport over msw, with the real server core behind it, in virtual time. */
export const mswLine = (): MswLine => {
  let underWay = 0;
  // Time stands still until every request under way has come back: msw answers in real turns of the event loop.
  const quiet = async () => {
    await settle();
    while (underWay) await settle();
    await settle();
  };
  const made = world({ settle: quiet });
  const startedAt = made.clock.now();
  const real = fetchTransport({ endpoint });
  const transport: Transport = {
    ...real,
    async post(path, body, options) {
      underWay++;
      try {
        return await real.post(path, body, options);
      } finally {
        underWay--;
      }
    },
    // The live channel is blocked: what arrives came by HTTP.
    connect(_, on) {
      void Promise.resolve().then(on.close);
      return { send: () => {}, close: () => {} };
    },
  };
  const line: MswLine = {
    made,
    sent: [],
    between: undefined,
    page: (options = {}, disk = memoryStore()) => countedPage(made, options, { disk, transport }),
    server: setupServer(
      http.post(`${endpoint}/v1/sync`, async ({ request }) => {
        const text = await request.text();
        line.sent.push({ atMs: made.clock.now() - startedAt, body: JSON.parse(text) });
        const serve = async () => {
          const { status, body } = await made.core.sync(text);
          return HttpResponse.json(body, { status }) as Response;
        };
        return line.between ? line.between(text, serve, request) : serve();
      }),
    ),
  };
  return line;
};

/** The server's own refusal. */
export const refusal = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  HttpResponse.json({ code, message: code, retryable: status === 429 || status >= 500 }, { status, headers });
