// The desk's own server: it knows who sits there, and signs what they may see. The page talks to the sync server itself.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { argv, env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';

const files = { '/': ['index.html', 'text/html'], '/desk.mjs': ['desk.mjs', 'text/javascript'] };

/**
 * `agentOf(request)` says who sits at the desk, as your sign-in knows them; nobody gets nothing. `secret`, `issuer` and
 * `audience` are the site's.
 */
export const createDeskServer = ({ endpoint, site, secret, issuer, audience, agentOf }) => {
  /** One customer, the cart and no more, as long as a call takes. */
  const grant = (agent, customer) =>
    new SignJWT({ act: { sub: agent }, collections: ['cart'] })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(customer)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('15m')
      .sign(new TextEncoder().encode(secret));

  const tokenFor = async (request, response) => {
    const agent = agentOf(request);
    let text = '';
    for await (const chunk of request) text = (text + chunk).slice(0, 1_024);
    const { customer } = agent ? JSON.parse(text) : {};
    if (typeof customer !== 'string' || !customer) return void response.writeHead(403).end();
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify({ endpoint, site, token: await grant(agent, customer) }));
  };

  const fileAt = async (url, response) => {
    const [name, type] = files[new URL(url, 'http://desk').pathname] ?? [];
    if (!name) return void response.writeHead(404).end();
    const body = await readFile(new URL(name, import.meta.url));
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
  };

  return createServer((request, response) => {
    const work =
      request.method === 'POST' && request.url === '/token'
        ? tokenFor(request, response)
        : fileAt(request.url, response);
    work.catch(() => response.writeHead(400).end());
  });
};

if (argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(env.PORT ?? 4300);
  createDeskServer({
    endpoint: env.RELEVO_URL ?? 'http://127.0.0.1:4100',
    site: env.RELEVO_SITE ?? 'pk_demo',
    secret: env.SHOP_TOKEN_SECRET,
    issuer: env.SHOP_TOKEN_ISSUER ?? 'shop',
    audience: 'relevo',
    // In your shop: whoever has signed in to the desk.
    agentOf: () => env.DESK_AGENT ?? 'bob',
  }).listen(port, '127.0.0.1', () => console.log(`desk on http://127.0.0.1:${port}/?customer=ana`));
}
