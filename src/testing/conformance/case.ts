import type { Relevo, RelevoOptions } from '../../client/api.ts';
import type { Signal } from '../../client/ports.ts';
import type { Asker, ChannelReply, ChannelRequest } from './channel-request.ts';

/**
 * What one shop's customer must be able to rely on, as a story that runs against any host: `run` resolves when it
 * holds, and rejects with an `Error` that says in words what was otherwise. Nothing in it knows a test runner.
 */
export type ConformanceCase = {
  /** `C…` a complaint about a shop platform, `W…` a worked case; with a letter for each of its sides. Never reused. */
  readonly id: string;
  /** A sentence of what holds. */
  readonly title: string;
  /** Where people were let down, as `owner/repository#number`, or the rule it works out. */
  readonly source: readonly string[];
  run(host: ConformanceHost): Promise<void>;
};

/** Where cases run: engine and server in virtual time, the server in this process or behind HTTP. */
export type ConformanceHost = {
  /** A fresh server for one site, with nothing stored. */
  site(rules?: SiteOptions): Promise<ConformanceSite>;
};

/** How a guest's cart, and what else it has, becomes part of the customer's, by collection: see docs/MERGING.md. */
export type MergeRules = {
  readonly cart?: 'lineage' | 'max' | 'sum' | 'guest' | 'customer' | 'separate' | 'none';
} & {
  readonly [collection: string]: NonNullable<MergeRules['cart']> | 'newest' | 'both';
};

/** What the site's own code says of one merge. */
export type MergeVerdict = { readonly policy?: MergeRules; readonly veto?: readonly string[] | true };

/** What a site's configuration says. */
export type SiteOptions = {
  readonly merge?: MergeRules;
  readonly collections?: {
    readonly [name: string]: { readonly kind?: 'reg' | 'map' | 'flag' | 'auth'; readonly purpose?: string };
  };
  /** Asked before each merge. Throwing or hanging postpones it. */
  readonly beforeMerge?: () => Promise<MergeVerdict | void> | MergeVerdict | void;
};

export type ConformanceSite = {
  /** A device with a disk and a line of its own. Without options it is what the web has: shared, and nobody signed in. */
  device(options?: Partial<RelevoOptions>): ConformanceDevice;
  /** A token for this customer; `lastsMs` from now, a day unless told otherwise. */
  token(customer: string, lastsMs?: number): Promise<string>;
  /** Time passes for devices and server alike. */
  pass(ms: number): Promise<void>;
  /** What the promise came to; time passes meanwhile, at most `ms`. */
  within<T>(ms: number, promise: Promise<T>): Promise<T>;
  /** A request as nobody's page would send it: the body of `/v1/sync`. `code` is that of a refusal. */
  post(body: unknown): Promise<{ readonly status: number; readonly code: string | undefined; readonly text: string }>;
  /** What a till, a desk or the shop's own server asks, or a webhook says; the body of the answer. */
  ask(by: Asker, request: ChannelRequest): Promise<ChannelReply>;
  /** Somebody who acts for a customer within these collections; `lastsMs` from now, a quarter of an hour unless told otherwise. */
  agent(
    grant: { readonly customer: string; readonly actor: string; readonly collections: readonly string[] },
    lastsMs?: number,
  ): Asker;
  /** The server's process ends; another one starts over the same store. */
  restart(): Promise<void>;
  /** The store fails at the end of this many merges from now on, after all of each was written. */
  failMerges(times: number): void;
};

export type ConformanceDevice = {
  /** A page; each further one is another tab on the same disk. */
  open(options?: Partial<RelevoOptions>): ConformancePage;
  /** Cuts or heals the device's line; open live channels end with it. */
  setOnline(isOnline: boolean): void;
  /** While set the server gets what is sent, and its answers are lost. */
  setReplies(isLost: boolean): void;
  /** Answers are kept back until the result is called. */
  holdReplies(): () => void;
  /** Bodies of what has reached the server from here. */
  readonly requests: readonly string[];
  /** All that is kept on the device, as one text: what a thief of it could read. */
  stored(): Promise<string>;
  /** Another device with a copy of this one's disk, as it is now. */
  copy(): Promise<ConformanceDevice>;
};

export type ConformancePage = {
  readonly relevo: Relevo;
  /** The process is gone, in the middle of whatever it did. */
  kill(): void;
  /** The page stands still as a browser keeps one for its back button; `thaw` lets it go on. */
  freeze(): void;
  thaw(): void;
  /** What a browser tells it: `visible`, `pagehide`, `pageshow`, … */
  signal(signal: Signal): void;
};
