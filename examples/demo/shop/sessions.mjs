import { randomUUID } from 'node:crypto';
import { findCustomer } from './customers.mjs';

/**
 * The shop's own sign-in: a cookie with a random id, and who that is, in this process's memory.
 * Cookies know no ports, so each device's shop has its own cookie name.
 */
export const createSessions = (cookieName) => {
  const customerBySession = new Map();
  const cookie = (value, rest = '') => `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax${rest}`;
  const idOf = (req) =>
    (req.headers.cookie ?? '')
      .split('; ')
      .find((pair) => pair.startsWith(`${cookieName}=`))
      ?.slice(cookieName.length + 1);

  return {
    customerOf: (req) => customerBySession.get(idOf(req)),
    /** The `Set-Cookie` that signs in, or undefined for nobody we know. */
    open(customerId) {
      const customer = findCustomer(customerId);
      if (!customer) return undefined;
      const id = randomUUID();
      customerBySession.set(id, customer);
      return cookie(id);
    },
    close(req) {
      customerBySession.delete(idOf(req));
      return cookie('', '; Max-Age=0');
    },
  };
};
