import type { HttpReply } from '../client/ports.ts';

type Claimed = { readonly by: Set<string>; isNobodys: boolean };

/**
 * What a device did and was told of its guests' claims. A claim without an answer may come to the server late, or
 * again, after a question of the guest's own was answered: it is nobody's. The next customer's claim is then refused.
 */
export const createOwnClaims = () => {
  const claims = new Map<string, Claimed>();

  return {
    /** A claim goes out: what was known of the guest before says nothing any more. */
    sent: (guest: string, who: string) =>
      void claims.set(guest, { by: new Set(claims.get(guest)?.by).add(who), isNobodys: false }),
    /** A guest asks for itself; to be told of the answer. A claim that went out meanwhile is not in it. */
    asked(body: string): (reply: HttpReply) => void {
      if (!claims.size || body.includes('"claim":{')) return () => {};
      const { auth } = JSON.parse(body) as { auth?: { guest?: string } };
      const asked = claims.get(auth?.guest ?? '');
      return ({ status, body: answer }) => {
        if (asked && status === 200 && answer.includes('"space":')) asked.isNobodys = true;
      };
    },
    /** The server gave it to `owner`, who had claimed it from here, after it had said here that it is nobody's. */
    isLate(guest: string, owner: string): boolean {
      const claimed = claims.get(guest);
      return !!claimed?.isNobodys && claimed.by.has(owner);
    },
  };
};
