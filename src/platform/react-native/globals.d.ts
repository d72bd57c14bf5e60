// The globals that React Native gives an app, as far as this SDK uses them. Only tsconfig.native.json reads this file,
// without the types of browsers and Node: a global that is not here does not compile.

declare function setTimeout(callback: () => void, ms?: number): number;
declare function clearTimeout(timer: number): void;
declare var performance: { now(): number } | undefined;
declare const console: { info(text: string): void; warn(text: string): void };
/** Added by `react-native-get-random-values`, or absent. */
declare var crypto: { getRandomValues?(bytes: Uint8Array): unknown } | undefined;

type AbortSignal = { readonly aborted: boolean };
declare class AbortController {
  readonly signal: AbortSignal;
  abort(): void;
}

type RequestInit = {
  method?: string;
  body?: string;
  signal?: AbortSignal;
  credentials?: 'omit';
  cache?: 'no-store';
  redirect?: 'error';
  keepalive?: boolean;
};
type Response = {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
};
declare function fetch(url: string, init?: RequestInit): Promise<Response>;

declare class WebSocket {
  constructor(url: string, protocols: string[]);
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}
