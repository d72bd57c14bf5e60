import type { HttpReply } from '../client/ports.ts';

type Claimed = {
  readonly by: Set<string>;
  /** It was said that no claim had been merged. */
  isNobodys: boolean;
  /** Who claimed it last after that was said, and may do so again. */
  readonly heir: string | undefined;
};

/**
 * What a device did and was told of its guests' claims. A claim without an answer may come to the server late, or
 * again, after a question of the guest's own was answered: it is nobody's. The next customer's claim is then refused.
 */
export const createOwnClaims = () => {
  const claims = new Map<string, Claimed>();
  const mayClaim = (guest: string, who: string): boolean => {
    const claimed = claims.get(guest);
    return !!claimed && (claimed.isNobodys || claimed.heir === who);
  };

  return {
    /** A claim goes out: what was known of the guest before says nothing any more. */
    sent: (guest: string, who: string) =>
      void claims.set(guest, {
        by: new Set(claims.get(guest)?.by).add(who),
        isNobodys: false,
        heir: mayClaim(guest, who) ? who : undefined,
      }),
    /** A guest asks for itself, or is claimed; to be told of the answer. A claim that went out meanwhile is not in it. */
    asked(body: string): (reply: HttpReply) => void {
      if (!claims.size) return () => {};
      const { auth, claim } = JSON.parse(body) as { auth?: { guest?: string }; claim?: { guest: string } };
      const guest = claim?.guest ?? auth?.guest ?? '';
      const before = claims.get(guest);
      if (!before) return () => {};
      // Refused for good, a claim is as if it had not gone out.
      if (claim)
        return ({ status, body: answer }) =>
          void (status >= 400 && answer.endsWith('"retryable":false}') && claims.set(guest, before));
      return ({ status, body: answer }) => {
        if (status === 200 && answer.includes('"space":')) before.isNobodys = true;
      };
    },
    /** The server gave it to `owner`, who had claimed it from here, after it had said here that it is nobody's: `who` claims it. */
    isLate: (guest: string, owner: string, who: string): boolean =>
      mayClaim(guest, who) && !!claims.get(guest)?.by.has(owner),
  };
};
