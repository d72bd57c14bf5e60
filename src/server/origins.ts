/** Whether a page of an origin may use a site. Exact: no patterns, no suffixes, no case folding. */
export type OriginRule = (origin: string) => boolean;

export const listedOrigins = (origins: readonly string[]): OriginRule => {
  const listed = new Set(origins.filter((origin) => origin !== 'null'));
  return (origin) => listed.has(origin);
};

/**
 * Whether an origin is the address that was asked. React Native sends that with each socket, since an app has no
 * origin of its own (RCTSRWebSocket `SR_origin`, WebSocketModule `getDefaultOrigin`). Whatever the scheme, since TLS may end
 * before this server. It admits nobody: a ticket does.
 * Behind a proxy that puts another `Host` the origin has to be listed.
 */
export const isOwnOrigin = (origin: string, host = ''): boolean => {
  try {
    const asked = new URL(origin);
    return asked.host === new URL(`${asked.protocol}//${host}`).host;
  } catch {
    return false;
  }
};

/** `--dev`: this machine's names on any port. */
export const localOrigins: OriginRule = (origin) =>
  /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(origin);
