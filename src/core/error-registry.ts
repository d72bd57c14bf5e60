/**
 * Every error that Relevo raises or that its server answers: code → what happened and what to do.
 * A code is never renamed or reused. `sdk` and `react` ones can reach a page and are counted in its bytes;
 * `server` ones arrive with their words on the wire.
 */
export const sdkErrors = {
  'options/invalid': 'An option is missing or wrong; see the detail.',
  'change/bad-quantity': 'Quantities are whole numbers up to 1,000,000, from 1 to add, from 0 to set.',
  'change/bad-key': 'Keys have 1 to 128 of A-Z a-z 0-9 _ . : ~ - and are no prototype names.',
  'change/bad-value': 'Only JSON can be stored: no functions, dates, cycles, NaN or Infinity.',
  'change/bad-text': 'A text holds half a surrogate pair; cut it between characters.',
  'change/too-large': 'A change has at most 16 KiB, a text at most 4,096 characters.',
  'change/too-deep': 'Values nest at most 8 deep.',
  'change/read-only': 'Only the server writes this collection.',
  'change/schema': "The value does not fit the collection's schema; see the detail.",
  'change/unknown-line': 'No such line in the cart; pass its key, or its sku and properties.',
  'change/too-many': 'The cart is full: remove a line first.',
  'collection/bad-name': 'The name is reserved or no valid key.',
  'collection/kind': "This collection's kind has no such operation.",
  'consent/required': 'The customer has not consented to this purpose.',
  'auth/bad-token': 'Pass the token your sign-in issued, a non-empty string.',
  'auth/no-answer': 'No answer of `getToken` for 15 s, so it is asked again; answer `undefined` while nobody is known.',
  'auth/unsynced': 'The server does not have all changes: sign out with `unsynced` as `flush` or `drop`, or wait.',
  'network/offline': 'The sync server cannot be reached; try again when online.',
  'checkout/unsynced': 'The server does not have all of the cart: try again when online.',
  'sync/abandoned': 'Relevo stopped or signed out before the server had it.',
  'storage/not-saved': 'The device cannot store; the change lives in memory until it is synced.',
  'cart/write-failed': "The shop's own write() failed; it is called again at the next change.",
  'platform/no-random': 'No secure random source: use a current browser, or pass `random` to reactNative().',
} as const;

/** Of `relevo/react`, apart from the others: a page without React does not carry them. */
export const reactErrors = {
  'react/no-provider': 'A hook was called outside of a provider; wrap the app in <RelevoProvider relevo={…}>.',
} as const;

export const serverErrors = {
  'request/malformed': 'The request is not what the protocol says; see the detail.',
  'request/too-large': 'The body is over the limit; send less at once.',
  'request/encoding': 'Request bodies must not be compressed.',
  'request/not-found': 'There is nothing at this address.',
  'request/method': 'This address does not take that method.',
  'request/rate': 'Too many requests; wait as long as Retry-After says.',
  'request/version': 'This SDK speaks a protocol the server no longer takes; upgrade it.',
  'site/unknown': 'No site has this key; check data-site and the server configuration.',
  'site/origin': "The page's origin is not listed for this site; add it to `origins`.",
  'auth/malformed': 'The token is no JWT this site accepts; ask your sign-in for a new one.',
  'auth/signature': 'The signature of the token does not match any key of the site.',
  'auth/expired': 'The token has expired; fetch a new one.',
  'auth/not-yet': 'The token is not valid yet; check the clocks.',
  'auth/issuer': "The token's issuer is not the configured one.",
  'auth/audience': "The token's audience is not the configured one.",
  'auth/claim':
    "The token lacks a claim the site requires (`exp`, or the customer claim), or has an `act` claim: it is not the customer's own.",
  'auth/keys': "The site's signing keys cannot be fetched; the server tries again.",
  'auth/guest-secret': 'The guest secret does not match; start a new guest.',
  'auth/guest-claimed': 'This guest now belongs to a customer; sign in, or start a new guest.',
  'auth/ticket': 'The live ticket is unknown, used or older than 30 s; sync again for another.',
  'auth/key': 'No site has this server key.',
  'auth/agent':
    "An agent's token names who acts (`act.sub`) and up to 16 `collections`, has `iat`, and lasts at most 30 minutes.",
  'auth/scope': 'Who asks may not use this collection or address.',
  'webhook/signature': 'The webhook is not signed with a secret of this site, over the body as it was sent.',
  'webhook/time': 'The webhook is more than 5 minutes old, or from the future: sign it again.',
  'request/idempotency': 'Another request had this Idempotency-Key; take a new one for each.',
  'checkout/unknown': 'There is no such checkout, or it is not that customer’s.',
  'order/duplicate-snapshot': 'Another order was placed of the same checkout before: it may have been paid twice.',
  'auth/revoked':
    'The customer took this device back: it forgets them. They come back by signing in anew, by a token of after that (`auth_time`, else `iat`).',
  'auth/unknown-device': 'The customer has no such device; `devices.list()` names those that there are.',
  'sync/cursor': 'The cursor is not from this space or server; start without one.',
  'change/kind': 'This collection takes no change of that type.',
  'change/unsupported': 'This server does not know changes of that type.',
  'change/expired':
    'The add waited for more than 30 days: it is not counted. Its line is set aside, if it is not in the cart.',
  'change/space-full': 'The space holds 1 MiB; remove something first.',
  'server/busy': 'The server is stopping or overloaded; try again.',
  'server/internal': 'The server failed. Try again: what it has already done counts once.',
  'merge/postponed': 'The guest cart could not be merged now; sign-in stands, the server tries again.',
  'merge/unknown': 'This customer has no such receipt.',
  'merge/too-late': 'A merge can be taken back for 30 days; change the cart by hand.',
} as const;

export type SdkErrorCode = keyof typeof sdkErrors;
export type ServerErrorCode = keyof typeof serverErrors;
export type ReactErrorCode = keyof typeof reactErrors;
export type ErrorCode = SdkErrorCode | ServerErrorCode | ReactErrorCode;
