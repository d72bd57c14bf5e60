import { createRandom } from '../../../src/testing/random.ts';
import { createEngine, type EngineName } from './engines.ts';
import { judge } from './judge.ts';
import type { FoundLine, PageOptions, PageReport } from './kill-page.ts';
import { startKillSite } from './kill-site.ts';

export type KillLoop = {
  readonly engine: EngineName;
  readonly kills: number;
  readonly seed: number;
  /** A negative control that the page carries. */
  readonly fault?: PageOptions['fault'];
  /** Told between two lives of the browser. */
  readonly betweenLives?: (life: number, profile: string) => void;
};

/** What a loop found wrong, and how much there was to go wrong. */
export type KillOutcome = {
  /** Reported as saved and not there; another guest than before; not on the server after all was sent. */
  readonly lost: string[];
  readonly torn: string[];
  readonly turns: number;
  /** Lines of the last life. */
  readonly lines: number;
  readonly version: string;
};

/** How long a life may take to report what a test waits for. */
const lifeMs = 30_000;

/**
 * Kills a browser again and again while its page writes, each time at another moment of its work; in
 * every second life the server is there, so that a kill also lands in an answer. After each kill the next
 * page says what it found. At the end all is sent, and the server has what the page shows.
 */
export const runKillLoop = async ({
  engine: name,
  kills,
  seed,
  fault,
  betweenLives,
}: KillLoop): Promise<KillOutcome> => {
  const random = createRandom(seed).next;
  const site = await startKillSite();
  const engine = await createEngine(name);
  const promised = new Map<string, number>();
  const [lost, torn]: [string[], string[]] = [[], []];
  let [turns, guest, version] = [0, '', ''];
  let running: Awaited<ReturnType<typeof engine.start>> | undefined;

  /** By what was promised before: a page tells what it found before it writes. */
  const judgeLines = (lines: readonly FoundLine[], life: number) => {
    const found = judge(lines, promised);
    lost.push(...found.lost.map((text) => `life ${life}: ${text}`));
    torn.push(...found.torn.map((text) => `life ${life}: ${text}`));
  };

  const take = (report: PageReport) => {
    if (report.kind === 'saved') {
      promised.set(report.writer, report.turn);
      turns++;
    }
    if (report.kind !== 'found') return;
    judgeLines(report.lines, report.life);
    if (guest && report.guest !== guest) lost.push(`life ${report.life}: the guest ${guest}, now ${report.guest}`);
    guest = report.guest;
  };

  /** Resolves with the report that `isLast` picks. */
  const live = async (options: PageOptions, isLast: (report: PageReport, saved: number) => boolean) => {
    let saved = 0;
    let resolve = (_: PageReport) => {};
    let reject = (_: Error) => {};
    const promise = new Promise<PageReport>((done, failed) => {
      resolve = done;
      reject = failed;
    });
    // The browser may fail to start before anybody waits for its report.
    promise.catch(() => {});
    const late = setTimeout(() => reject(new Error(`life ${options.life} has not come far enough`)), lifeMs);
    site.heard = (report) => {
      // A browser that is being killed may still get a request out.
      if (report.life !== options.life) return;
      if (report.kind === 'failed') return reject(new Error(`life ${report.life}: ${report.message}`));
      take(report);
      if (report.kind === 'saved') saved++;
      if (isLast(report, saved)) resolve(report);
    };
    try {
      running = await engine.start(site.page(options));
      version = running.version;
      return await promise;
    } finally {
      clearTimeout(late);
    }
  };

  try {
    for (let life = 0; life < kills; life++) {
      site.isOnline = life % 2 === 1;
      const wanted = fault === 'claims early' ? 1 : 4 + Math.floor(random() * 40);
      await live({ life, task: 'write', fault }, ({ kind }, saved) => kind === 'saved' && saved >= wanted);
      // In the middle of the turn that follows, not where the report was written.
      if (fault !== 'claims early') await new Promise((resolve) => setTimeout(resolve, random() * 15));
      await running?.kill();
      betweenLives?.(life, engine.profile);
    }
    site.isOnline = true;
    const settled = await live({ life: kills, task: 'settle', fault }, ({ kind }) => kind === 'settled');
    if (settled.kind !== 'settled') throw new Error('not settled');
    judgeLines(settled.lines, kills);
    const text = (lines: readonly FoundLine[]) => JSON.stringify([...lines].sort((a, b) => (a.sku < b.sku ? -1 : 1)));
    const [here, there] = [text(settled.lines), text(await site.linesOf(guest))];
    if (settled.pending > 0 || here !== there)
      lost.push(`after all was sent (${settled.pending} pending): the server has ${there}, the page ${here}`);
    return { lost, torn, turns, version, lines: settled.lines.length };
  } finally {
    site.heard = () => {};
    await running?.kill().catch(() => {});
    await engine.close();
    await site.close();
  }
};
