/** Whether a page of an origin may use a site. Exact: no patterns, no suffixes, no case folding. */
export type OriginRule = (origin: string) => boolean;

export const listedOrigins = (origins: readonly string[]): OriginRule => {
  const listed = new Set(origins.filter((origin) => origin !== 'null'));
  return (origin) => listed.has(origin);
};

/** `--dev`: this machine's names on any port. */
export const localOrigins: OriginRule = (origin) =>
  /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(origin);
