import { RelevoError } from '../core/relevo-error.ts';
import type { HttpReply, HttpRequest, Trace } from './http.ts';

export type Params = Readonly<Record<string, string>>;

export type Route = {
  readonly method: 'GET' | 'POST';
  /** A template, `/v1/customers/{customer}/{collection}`: what the log says of it too, which holds no ids of people. */
  readonly path: string;
  /** What a part must look like; a path with another is somebody else's. */
  readonly where?: Readonly<Record<string, RegExp>>;
  /** Of other channels: it says itself who asks, and how much of that is too much. */
  readonly isKeyed?: true;
  readonly run: (
    request: HttpRequest,
    at: { readonly params: Params; readonly trace: Trace },
  ) => Promise<HttpReply> | HttpReply;
};

export type Router = {
  /** The template that a path fits, if any. */
  templateOf(path: string): string | undefined;
  /** What a path may be asked with. */
  methodsOf(path: string): readonly string[];
  /**
   * Literal parts go before templates, so that a collection may be called like an action of another method.
   * @throws `request/not-found`, `request/method`, `request/malformed` for parts that are not percent-encoded
   */
  match(method: string, path: string): { readonly route: Route; readonly params: Params };
};

export const createRouter = (routes: readonly Route[]): Router => {
  const known = routes
    .map((route) => ({ route, ...compile(route.path) }))
    .sort((a, b) => a.names.length - b.names.length);
  const fitting = (path: string) =>
    known.flatMap(({ route, pattern, names }) => {
      const parts = pattern.exec(path)?.slice(1);
      const isFit = parts?.every((part, n) => route.where?.[names[n] ?? '']?.test(part) ?? true);
      return parts && isFit ? [{ route, names, parts }] : [];
    });
  return {
    templateOf: (path) => fitting(path)[0]?.route.path,
    methodsOf(path) {
      const methods = fitting(path).map(({ route }) => route.method);
      return [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])];
    },
    match(method, path) {
      const all = fitting(path);
      if (all.length === 0) throw new RelevoError('request/not-found');
      const found = all.find(({ route }) => route.method === method);
      if (!found) throw new RelevoError('request/method');
      return {
        route: found.route,
        params: Object.fromEntries(found.names.map((name, n) => [name, decode(found.parts[n] ?? '')])),
      };
    },
  };
};

/** Parts are split before they are decoded: an id may hold a slash. */
const compile = (template: string): { readonly pattern: RegExp; readonly names: readonly string[] } => {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const literals = template.split(/\{\w+\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return { pattern: new RegExp(`^${literals.join('([^/]+)')}$`), names };
};

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new RelevoError('request/malformed', { detail: 'The path is not percent-encoded.' });
  }
};
