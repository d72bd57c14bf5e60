/**
 * A cursor is `incarnation.era.acl.version.mac`: which data set, which erasure era, which
 * permissions, how far. Devices keep it whole and send it back; they read two parts of it.
 */
export const cursorVersion = (cursor: string | null): number => Number(cursor?.split('.')[3] ?? 0);

/** Which data set it is of. */
export const cursorIncarnation = (cursor: string): string => cursor.slice(0, cursor.indexOf('.'));

/** The part that must be equal for versions to be comparable. */
export const cursorScope = (cursor: string): string => cursor.split('.', 3).join('.');
