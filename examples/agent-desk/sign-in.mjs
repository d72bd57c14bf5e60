// Who sits at the desk: each named agent signs in with a code that is good once, and has a session of their own.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const hoursMs = 8 * 3_600_000;
const maxTries = 5;
const hash = (text) => createHash('sha256').update(text).digest();

/** `print` shows the codes to whoever runs the desk; `now` is for tests. */
export const createSignIn = ({ agents, print, now = Date.now }) => {
  const codes = new Map();
  const sessions = new Map();
  const newCode = (name) => {
    const code = randomBytes(8).toString('hex');
    codes.set(name, { hash: hash(code), tries: 0 });
    print(`${name} signs in with ${code}`);
  };
  for (const name of agents) newCode(name);

  const idOf = (request) => /(?:^|; )desk=([A-Za-z0-9_-]{32})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1] ?? '';

  return {
    /** The name of who asks; nothing for nobody. */
    agentOf(request) {
      const session = sessions.get(idOf(request));
      return session && session.endsAt > now() ? session.name : undefined;
    },
    /** A cookie for the right code, which is used up then; nothing for a wrong one, and after five of them a new code. */
    begin({ name, code }) {
      const wanted = typeof name === 'string' && typeof code === 'string' ? codes.get(name) : undefined;
      if (!wanted) return undefined;
      const isRight = timingSafeEqual(hash(code), wanted.hash);
      wanted.tries++;
      if (isRight || wanted.tries >= maxTries) newCode(name);
      if (!isRight) return undefined;
      const id = randomBytes(24).toString('base64url');
      sessions.set(id, { name, endsAt: now() + hoursMs });
      // No script reads it, and no other page sends it. Behind HTTPS add `Secure`.
      return `desk=${id}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${hoursMs / 1_000}`;
    },
    end(request) {
      sessions.delete(idOf(request));
    },
  };
};
