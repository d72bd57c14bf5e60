/** How a server is traced so that {@link readProofs} can read it: whole pages, and the files' names. */
export const straceArguments = (log: string): readonly string[] => [
  'strace',
  ...['-f', '-y', '-s', '8192', '-e', 'trace=read,write,writev,pwrite64,fdatasync,fsync', '-o', log],
];

/** What a trace says about replies and flushes. */
export type Proofs = {
  /** 200 replies that acknowledge changes or carry a receipt. */
  readonly replies: number;
  /** What they acknowledge: changes and receipts, by id. */
  readonly acknowledged: number;
  /** Ids that were not in the log file, or whose page was not flushed, when their reply went out. */
  readonly unproved: readonly string[];
  /** Flushes of the write-ahead log. */
  readonly flushes: number;
};

/** Without a boundary before it: the end of an escaped byte is a digit. */
const idPattern = /op_\w+/g;

/**
 * Reads the output of `strace` and proves each acknowledgement by itself: its id stands in a page that was
 * written to the write-ahead log, a flush of that file began after that write, and it ended before the
 * first byte of the reply was written. Calls that another thread interrupted stand in two halves, which
 * are put together first.
 */
export const readProofs = (trace: string): Proofs => {
  const begun = new Map<string, { text: string; at: number }>();
  const writtenAt = new Map<string, number>();
  const unproved: string[] = [];
  /** Where the latest flush that has ended began. */
  let flushedUpTo = -1;
  let [replies, acknowledged, flushes] = [0, 0, 0];

  const note = (id: string, at: number) => {
    // Later writes of its page carry it too.
    if (!writtenAt.has(id)) writtenAt.set(id, at);
  };
  const reply = (call: string) => {
    const ids = repliedIds(call);
    if (ids.length === 0) return;
    replies++;
    acknowledged += ids.length;
    unproved.push(...ids.filter((id) => (writtenAt.get(id) ?? Infinity) > flushedUpTo));
  };
  const ended = (call: string, at: { begin: number; end: number }) => {
    if (/^f(data)?sync\(\d+<[^>]*-wal>/.test(call) && call.endsWith('= 0')) {
      flushes++;
      flushedUpTo = Math.max(flushedUpTo, at.begin);
    } else if (/^pwrite64\(\d+<[^>]*-wal>/.test(call))
      for (const id of [...(call.match(idPattern) ?? []), ...receiptIds(call)]) note(id, at.end);
  };

  trace.split('\n').forEach((line, at) => {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      const text = rest.slice(0, -'<unfinished ...>'.length);
      begun.set(pid, { text, at });
      // A reply counts from the moment its write begins.
      if (isReply(text)) reply(text);
      return;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const first = resumed && begun.get(pid);
    if (first) ended(first.text + resumed[1], { begin: first.at, end: at });
    else if (isReply(rest)) reply(rest);
    else ended(rest, { begin: at, end: at });
  });
  return { replies, acknowledged, unproved, flushes };
};

const isReply = (call: string): boolean => /^writev?\(\d+<socket:.*HTTP\/1\.1 200/.test(call);

/** `["op_…","ok"` and `"receipt":{"id":"…"`, with strace's quotes around them. */
const repliedIds = (call: string): string[] => [
  ...[...call.matchAll(/\[\\"(op_\w+)\\",\\"(?:ok|dup)\\"/g)].map(([, id = '']) => id),
  ...[...call.matchAll(/\\"receipt\\":\{\\"id\\":\\"([\w-]+)\\"/g)].map(([, id = '']) => id),
];

/** A stored receipt is a JSON text that begins with its id. */
const receiptIds = (call: string): string[] =>
  [...call.matchAll(/\{\\"id\\":\\"([\w-]+)\\",\\"guest\\"/g)].map(([, id = '']) => id);
