/** The page's own beacon; false when its quota is used up, or where a blocker removed it. */
export const sendBeacon = (url: string, body: string): boolean => navigator.sendBeacon?.(url, body) ?? false;
