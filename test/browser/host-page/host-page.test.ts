import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { browserKinds, isPresent } from '../storage/launch.ts';
import type { Report } from './page.ts';

/** Nothing inline, no eval, and no text ever becomes HTML or script. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const bundle = async (path: string): Promise<string> => {
  const entry = fileURLToPath(new URL(path, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
};

/** A shop under that policy, on a server that knows no Relevo, as on the worst of days. */
const serveShop = async () => {
  const [page, relevo] = [await bundle('page.ts'), await bundle('../../../src/entries/script-tag.ts')];
  let reported = (_: Report): void => {};
  const report = new Promise<Report>((resolve) => {
    reported = resolve;
  });
  const server = createServer(async (request, response) => {
    const { url = '' } = request;
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    if (url === '/report') reported(JSON.parse(body));
    const script = url === '/page.js' ? page : url === '/relevo.js' ? relevo : undefined;
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.setHeader('content-security-policy', policy);
    response.end(
      script ??
        `<!doctype html><title>shop</title><link rel="icon" href="data:,">
        <script type="application/ld+json">{"@type":"Product","sku":"SOFA-3","name":"Sofa"}</script>
        <script src="/page.js"></script>
        <script async src="/relevo.js" data-endpoint="http://${request.headers.host}" data-site="pk_demo"
          data-consent="personalization:granted" data-token="" data-capture="ga4 jsonld"></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://localhost:${port}/`, report, close };
};

for (const kind of browserKinds) {
  describe.skipIf(!isPresent(kind))(`relevo.js as a guest in ${kind.name}`, () => {
    it('captures under a strict policy and Trusted Types, and leaves no trace but its one global', async () => {
      const shop = await serveShop();
      const browser = await kind.launch();
      await browser.newPage(shop.url);
      const { builtInsSeen, violations, ...report } = await shop.report;
      await browser.close();
      await shop.close();
      // The page's own icon is refused by its own policy in some browsers; nothing of ours is.
      expect(violations.filter((text) => !text.startsWith('img-src'))).toEqual([]);
      expect(builtInsSeen).toBeGreaterThan(10_000);
      expect(report).toEqual({
        globals: ['relevo'],
        changedBuiltIns: [],
        uncaught: [],
        lines: [['SOFA-3', 3]],
        views: ['SOFA-3'],
        pushIsOwnAfterStop: false,
        storage: 'indexeddb',
      });
    }, 60_000);
  });
}
