// The desk's own server: it knows who sits there, and signs what they may see. The page talks to the sync server itself.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { argv, env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import { createSignIn } from './sign-in.mjs';

const files = { '/': ['index.html', 'text/html'], '/desk.mjs': ['desk.mjs', 'text/javascript'] };

/** `secret`, `issuer` and `audience` are the site's; `agents` are names, whose codes `print` shows. */
export const createDeskServer = ({ endpoint, site, secret, issuer, audience, agents, print }) => {
  const desk = createSignIn({ agents, print });

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

  const answers = {
    'POST /sign-in': async (request) => {
      const cookie = desk.begin(await readBody(request));
      return cookie ? { status: 204, headers: { 'set-cookie': cookie } } : { status: 401 };
    },
    'POST /sign-out': async (request) => {
      desk.end(request);
      return { status: 204, headers: { 'set-cookie': 'desk=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0' } };
    },
    'POST /token': async (request) => {
      const agent = desk.agentOf(request);
      if (!agent) return { status: 401 };
      const { customer } = await readBody(request);
      if (typeof customer !== 'string' || customer === '' || customer.length > 256) return { status: 400 };
      // Signed before anything is sent: what goes wrong here can still be said.
      const token = await grant(agent, customer);
      print(`${agent} opens the cart of ${customer}`);
      return json({ endpoint, site, token });
    },
  };

  const fileAt = async (path) => {
    const [name, type] = Object.hasOwn(files, path) ? files[path] : [];
    if (!name) return { status: 404 };
    const body = await readFile(new URL(name, import.meta.url));
    return { status: 200, headers: { 'content-type': `${type}; charset=utf-8` }, body };
  };

  const answer = (request) => {
    const [path] = request.url.split('?', 1);
    const asked = `${request.method} ${path}`;
    return Object.hasOwn(answers, asked) ? answers[asked](request) : fileAt(path);
  };

  return createServer(async (request, response) => {
    const { status, headers, body } = await answer(request).catch((error) => {
      if (!(error instanceof BadRequest)) print(`A request failed: ${error.message}`);
      return { status: error instanceof BadRequest ? 400 : 500 };
    });
    // What of the body was not read would be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    response.writeHead(status, { 'cache-control': 'no-store', ...headers }).end(body);
  });
};

class BadRequest extends Error {}

const json = (value) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const readBody = async (request) => {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 1_024) throw new BadRequest('too long');
  }
  try {
    const value = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {}
  throw new BadRequest('no JSON object');
};

if (argv[1] === fileURLToPath(import.meta.url)) {
  const config = JSON.parse(await readFile(new URL('desk.config.json', import.meta.url), 'utf8'));
  const secret = env.SHOP_TOKEN_SECRET ?? '';
  const port = Number(env.PORT ?? 4300);
  if (secret.length < 32) {
    console.error('SHOP_TOKEN_SECRET must hold the secret of the site’s `tokens`.');
    process.exit(2);
  }
  const { RELEVO_URL: endpoint = config.endpoint, RELEVO_SITE: site = config.site } = env;
  const { SHOP_TOKEN_ISSUER: issuer = config.issuer } = env;
  const desk = createDeskServer({ ...config, endpoint, site, issuer, secret, print: console.log });
  desk.listen(port, '127.0.0.1', () => console.log(`desk on http://127.0.0.1:${desk.address().port}/?customer=ana`));
}
