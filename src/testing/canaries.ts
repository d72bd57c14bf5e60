const canaryPattern = /\b(ana|ben|eve|guest)~\d+/g;

/** The canaries in a text: who wrote each of them. */
export const canariesIn = (text: string): readonly string[] => text.match(canaryPattern) ?? [];

/** What of others may be in a text; `isLate`: see `createOwnClaims`, `asked`: `noteSentByOld`. */
export type Allowed = { isLate?: (owner: string) => boolean; asked?: string | undefined };
