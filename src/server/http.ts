/** A request as the routes see it, whichever server it came through. */
export type HttpRequest = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** By lower-case name. */
  header(name: string): string | undefined;
  /** Of the query, the first of that name. */
  query(name: string): string | undefined;
  /** The client's address, when it is known. */
  readonly address: string | undefined;
  /**
   * The body as text.
   * @throws `request/too-large`, `request/malformed` when it is no UTF-8.
   */
  text(maxBytes: number): Promise<string>;
};

export type HttpReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
};

/** What the log may say about an exchange, filled in by the route that served it. */
export type Trace = { route: string; site?: string; code?: string; changes?: number; rows?: number };

export const jsonReply = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
});

/** What an `Authorization: Bearer` header holds. */
export const bearerOf = (request: Pick<HttpRequest, 'header'>): string | undefined =>
  /^Bearer +([^\s]+)$/i.exec(request.header('authorization') ?? '')?.[1];

/** Whether a request is a server's, by its key; the key may be wrong. */
export const hasServerKey = (request: Pick<HttpRequest, 'header'>): boolean =>
  bearerOf(request)?.startsWith('sk_') === true;
