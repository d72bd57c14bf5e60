// Writes docs/ERRORS.md from the registry: `npm run docs:errors`. A test holds the two equal.
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { reactErrors, sdkErrors, serverErrors } from '../src/core/error-registry.ts';
import { mergeReasons } from '../src/core/merge-reasons.ts';
import { RelevoError } from '../src/core/relevo-error.ts';
import { errorToRefusal } from '../src/server/wire-error.ts';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

// A refused change is no refused request: its code stands in the acknowledgement, under status 200.
const answerOf = (code: string): string => {
  if (/^(?:change|collection|consent|order)\//.test(code) || code === 'merge/postponed')
    return '200, for the one change, merge or order';
  return String(errorToRefusal(new RelevoError(code)).status);
};

/** The text of docs/ERRORS.md. */
export const errorsPage = (): string => `# Errors

Every error is a \`RelevoError\` with a \`code\` that never changes, a \`message\` that says what to do and may be
reworded, \`retryable\`, and \`retryAfterMs\` where the server named a delay. Branch on the code.

A mistake of the calling program throws at once, at the call. Trouble with network or storage never throws into the
page: it is in \`relevo.status\` and in the \`error\` and \`degraded\` events, and the promise \`synced\` of a refused change
rejects with its code.

This page is written from \`src/core/error-registry.ts\` by \`npm run docs:errors\`.

## From the SDK

${table(
  ['code', 'what it means, what to do'],
  Object.entries(sdkErrors).map(([code, words]) => [`\`${code}\``, words]),
)}

## From the hooks

${table(
  ['code', 'what it means, what to do'],
  Object.entries(reactErrors).map(([code, words]) => [`\`${code}\``, words]),
)}

## From the server

The body of every refusal is \`{ "code", "message", "retryable" }\`. The SDK acts on a status only together with such a
body and a code of this list; anything else, such as a hotel's sign-in page under status 200, is a network failure to it.

${table(
  ['code', 'status', 'what it means, what to do'],
  Object.entries(serverErrors).map(([code, words]) => [`\`${code}\``, answerOf(code), words]),
)}

## Reasons of a merge

No errors: why a merge did what it did, in \`reasons\` of its receipt and in \`reason\` of a line that it set aside.

${table(
  ['reason', 'what it means'],
  Object.entries(mergeReasons).map(([code, words]) => [`\`${code}\``, words]),
)}
`;

const path = fileURLToPath(new URL('../docs/ERRORS.md', import.meta.url));
if (fileURLToPath(import.meta.url) === argv[1]) writeFileSync(path, errorsPage());
