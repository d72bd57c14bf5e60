import { tempFolder } from '../server/temp-folder.ts';
import { checkDatabase } from './check-database.ts';
import { forgeTokens } from './forged-tokens.ts';
import { createHttpClient } from './http-client.ts';
import { runLane } from './lane.ts';
import { startPolite } from './polite-client.ts';
import type { PoliteResult } from './polite-entry.ts';
import { startServer, type Usage } from './server-process.ts';
import { runSocketLane } from './socket-lane.ts';
import { createTally, type Tally } from './tally.ts';

export type RunOptions = {
  readonly seed: number;
  readonly requests: number;
  readonly frames: number;
  /** Only this lane, as often as it needs to: to see a finding again. */
  readonly lane?: number;
  readonly plant?: string;
  /** Findings after which the rest is not sent: more say nothing new. Default 50. */
  readonly most?: number;
};

export type Summary = {
  readonly tally: Tally;
  readonly polite: PoliteResult;
  readonly entries: number;
  readonly usage: Usage | undefined;
  readonly seconds: number;
  /** How the server ended, when it did before it was told to. */
  readonly exit: string | undefined;
};

const lanes = 16;
const socketLanes = 3;

/** One part of the load: a server of its own, its polite client, and the fuzzer until its requests and frames are sent. */
export const runFuzz = async (options: RunOptions): Promise<Summary> => {
  const { seed, requests, frames, plant, most = 50 } = options;
  const folder = tempFolder();
  const canary = `canary-${seed.toString(16)}f00d`;
  const server = await startServer({ folder: folder.path, plant });
  const http = createHttpClient(() => server.port, lanes + socketLanes);
  const tally = createTally();
  const startMs = performance.now();
  try {
    const polite = await startPolite({ port: server.port, canary });
    const common = { seed, http, port: server.port, canary, forged: await forgeTokens(), cursor: polite.cursor, tally };
    const takes = () => tally.counts.requests < requests && server.exit === undefined && tally.findings.length < most;
    const takesFrames = () => tally.counts.frames < frames && server.exit === undefined && tally.findings.length < most;
    const numbers = options.lane === undefined ? Array.from({ length: lanes }, (_, lane) => lane) : [options.lane];
    await Promise.all([
      ...numbers.map((lane) => runLane({ ...common, lane, takes })),
      ...(options.lane === undefined ? Array.from({ length: socketLanes }, (_, lane) => lane) : []).map((lane) =>
        runSocketLane({ ...common, lane, takes: takesFrames }),
      ),
    ]);
    const seconds = (performance.now() - startMs) / 1_000;
    const usage = await server.usage();
    const exit = usage ? server.exit : await server.end();
    if (exit !== undefined) tally.find({ what: `the server ended: ${exit}`, where: 'the process' });
    const result = await polite.stop();
    http.close();
    const isStopped = await server.stop();
    if (exit === undefined && !isStopped)
      tally.find({ what: `the server did not end when it was told to: ${server.exit}`, where: 'the process' });
    const { faults, entries } = checkDatabase(server.database);
    for (const what of faults.slice(0, 20)) tally.find({ what, where: 'the stored state' });
    for (const what of checkLog(server.readLog(), canary)) tally.find({ what, where: "the server's log" });
    for (const what of result.faults) tally.find({ what, where: 'the polite client' });
    return {
      tally,
      polite: result,
      entries,
      usage,
      seconds,
      exit,
    };
  } finally {
    http.close();
    await server.stop();
    folder.remove();
  }
};

/** What no log may hold, and what says that something failed inside. */
const checkLog = (log: string, canary: string): string[] => {
  const lines = log.split('\n');
  const failed = lines.filter((line) => /"level":(50|60)/.test(line) || (line !== '' && !line.startsWith('{')));
  const telling = lines.filter((line) => line.includes(canary) || /eyJ[\w-]{10}|secret_of|<script|line-\d/.test(line));
  return [
    ...failed.slice(0, 3).map((line) => `the log says ${line.slice(0, 300)}`),
    ...telling.slice(0, 3).map((line) => `the log tells ${line.slice(0, 300)}`),
  ];
};
