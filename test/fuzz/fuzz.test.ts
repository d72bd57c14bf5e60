import { expect, it } from 'vitest';
import { figures } from '../../tools/full/figures.ts';
import { runFuzz, type Summary } from './run.ts';
import type { Finding } from './tally.ts';

const seed = Number(process.env.RELEVO_SEED ?? 1);
const requests = Number(process.env.RELEVO_FUZZ_REQUESTS ?? 4_000);
const frames = Number(process.env.RELEVO_FUZZ_FRAMES ?? 800);
const only = process.env.RELEVO_FUZZ_LANE;
const lane = only === undefined ? {} : { lane: Number(only) };

const record = ({ tally, polite, usage, exit }: Summary) => {
  const { counts } = tally;
  figures.sum('fuzzed requests', counts.requests);
  figures.sum('fuzzed frames', counts.frames);
  figures.sum('live channels opened', counts.sockets);
  for (const digit of '245') figures.sum(`answers ${digit}xx`, tally.ofClass(digit));
  figures.sum('server ended', exit === undefined ? 0 : 1);
  figures.sum('hangs', counts.hangs);
  figures.sum('findings', tally.findings.length);
  figures.min('accepted, %', Math.floor((100 * counts.accepted) / counts.requests));
  figures.min('written, %', Math.floor((100 * counts.written) / counts.requests));
  figures.max('polite p99, ms', polite.p99);
  figures.sum('polite requests', polite.requests);
  if (usage) {
    figures.max('largest RSS, MiB', usage.maxRssMib);
    figures.max('heap after it, MiB', usage.heapMib);
  }
};

const report = ({ tally, polite, entries, usage, seconds }: Summary) => {
  const { counts } = tally;
  console.log(
    [
      `fuzz, seed ${seed}: ${counts.requests} requests, ${counts.frames} frames over ${counts.sockets} channels in ${Math.round(seconds)} s (${Math.round(counts.requests / seconds)}/s)`,
      `  ${tally.statuses.map(([status, n]) => `${status}: ${n}`).join(', ')}`,
      `  accepted ${Math.round((100 * counts.accepted) / counts.requests)} %, written ${Math.round((100 * counts.written) / counts.requests)} %, ${entries} entries`,
      usage
        ? `  server: ${usage.maxRssMib} MiB at most, ${usage.heapMib} MiB held, ${Math.round(usage.cpuS)} s of CPU, ${Math.round(usage.waitedS ?? 0)} s waited for one, ${usage.sockets} channels left`
        : '  the server has ended',
      `  polite: ${polite.requests} requests, p50 ${polite.p50} ms, p99 ${polite.p99} ms, max ${polite.max} ms, live p99 ${polite.liveP99} ms, ${polite.added} adds`,
      ...tally.findings.map(shown),
    ].join('\n'),
  );
};

/** Long runs of the same few characters as one and their number, so that what follows them is shown. */
const shortened = (text: string): string =>
  text.replace(/(.{1,6}?)\1{99,}/g, (run, one: string) => `${one}{${run.length / one.length}}`).slice(0, 20_000);

/** What was found, how to see it again, and the request as `test/fuzz/corpus` keeps it. */
const shown = ({ what, where, shot, answered }: Finding): string =>
  [
    `! ${what}`,
    `  ${where}; again: ${again(where)}`,
    ...(answered ? [`  ${answered}`] : []),
    ...(shot ? [`  ${shortened(JSON.stringify({ what, shots: [shot] }))}`] : []),
  ].join('\n');

/** How to see one lane's finding again. */
const again = (where: string): string => {
  const found = /^lane (\d+)/.exec(where)?.[1];
  const one = found === undefined ? '' : `RELEVO_FUZZ_LANE=${found} `;
  return `RELEVO_SEED=${seed} ${one}RELEVO_FUZZ_REQUESTS=${requests} RELEVO_FUZZ_FRAMES=${frames} npx vitest run --project fuzz fuzz.test`;
};

it(`answers ${requests} requests and ${frames} frames that nobody should send with its own refusals, and a polite client goes on (seed ${seed})`, async () => {
  const summary = await runFuzz({ seed, requests, frames, ...lane });
  report(summary);
  record(summary);
  const { tally, polite, exit } = summary;
  expect(exit).toBeUndefined();
  expect(tally.findings.map(({ what, where }) => `${where}: ${what}`)).toEqual([]);
  expect(tally.ofClass('5')).toBe(0);
  // The load reaches the inside: a fair share is taken and written, a fair share refused.
  if (only !== undefined) return;
  expect(tally.counts.written / tally.counts.requests).toBeGreaterThan(0.15);
  expect(tally.ofClass('4') / tally.counts.requests).toBeGreaterThan(0.15);
  expect(polite.requests).toBeGreaterThan(20);
  const { waitedS = 0, cpuS = 0 } = summary.usage ?? {};
  if (waitedS > cpuS)
    console.log(`Not judged: the p99 of ${polite.p99} ms. The server waited for a processor longer than it ran.`);
  else expect(polite.p99).toBeLessThan(250);
}, 600_000);
