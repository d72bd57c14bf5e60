/** What a trace says about replies and flushes. */
export type Flushes = {
  /** 200 replies to requests that carried changes. */
  readonly replies: number;
  /** Replies that were written before a flush had ended since their request was read. */
  readonly unflushed: number;
  readonly flushes: number;
};

/**
 * Reads the output of `strace -f -e trace=read,write,writev,fdatasync,fsync`. Calls that another thread
 * interrupted stand in two halves, which are put together first.
 */
export const readFlushes = (trace: string): Flushes => {
  const begun = new Map<string, string>();
  const readAt = new Map<string, number>();
  let lastFlush = -1;
  let [replies, unflushed, flushes] = [0, 0, 0];
  trace.split('\n').forEach((line, at) => {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(pid, rest.slice(0, -'<unfinished ...>'.length));
      // A reply counts from the moment its write begins.
      if (!/^writev?\(/.test(rest)) return;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    if (resumed && /^writev?\(/.test(begun.get(pid) ?? '')) return;
    const call = resumed ? `${begun.get(pid) ?? ''}${resumed[1]}` : rest;
    const fd = /^\w+\((\d+)/.exec(call)?.[1] ?? '';
    if (/^f(data)?sync\(/.test(call) && call.endsWith('= 0')) {
      lastFlush = at;
      flushes++;
    } else if (/^read\(\d+, "POST \/v1\/sync/.test(call)) readAt.set(fd, at);
    else if (/^writev?\(\d+, .*"HTTP\/1\.1 200/.test(call)) {
      const askedAt = readAt.get(fd);
      if (askedAt === undefined) return;
      replies++;
      if (lastFlush < askedAt) unflushed++;
      readAt.delete(fd);
    }
  });
  return { replies, unflushed, flushes };
};
