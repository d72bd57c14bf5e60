import type { Answers } from './page-answers.ts';

/** What customers do about the device that they are on, and what becomes of them there. */
export type DeviceAct =
  /** Whoever is here adds an article that is named after them. */
  | { readonly do: 'own'; readonly n: number }
  /** More, fewer or none of the first article that is named after somebody; a touch; what devices are there. */
  | { readonly do: 'more' | 'fewer' | 'none' | 'touch' | 'devices' }
  /** The customer takes a device back, this one or another. */
  | { readonly do: 'revoke'; readonly of: number }
  /** The shop's own session is over, and no page was told. */
  | { readonly do: 'session ends' }
  /** How the page answers `getToken` from now on. */
  | ({ readonly do: 'answers' } & Answers);
