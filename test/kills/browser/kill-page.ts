export type PageOptions = {
  readonly life: number;
  /** `write` without end; `settle`: bring all to the server and say what is there. */
  readonly task: 'write' | 'settle';
  /**
   * Negative controls. `claims early`: says that a turn is saved, and only then writes it. `keeps the log`: Relevo takes
   * Chromium for a browser that does not tear its logs.
   */
  readonly fault?: 'claims early' | 'keeps the log' | undefined;
};

/** What the page tells; each life begins with `found`. */
export type PageReport =
  | { readonly kind: 'found'; readonly life: number; readonly guest: string; readonly lines: readonly FoundLine[] }
  | { readonly kind: 'saved'; readonly life: number; readonly writer: string; readonly turn: number }
  | { readonly kind: 'settled'; readonly life: number; readonly pending: number; readonly lines: readonly FoundLine[] }
  | { readonly kind: 'failed'; readonly life: number; readonly message: string };

export type FoundLine = { readonly sku: string; readonly quantity: number; readonly title: string };

/**
 * A page that nobody drives. Two writers each add to three lines of their own, turn after turn: the three
 * adds of a turn are made at once, so they are one transaction, and each carries the number of its turn.
 */
export const killPage = (options: PageOptions, endpoint: string): string => `<!doctype html><title>kills</title>
<link rel="icon" href="data:,">
${options.fault === 'keeps the log' ? '<script>delete Navigator.prototype.userAgentData</script>' : ''}
<script src="/relevo.js" data-endpoint="${endpoint}" data-site="pk_demo" data-channel="web"></script>
<script>
  const { life, task, fault } = ${JSON.stringify(options)};
  const report = (rest) => fetch('/report', { method: 'POST', body: JSON.stringify({ life, ...rest }) });
  const lines = () => relevo.cart.lines.map(({ sku, quantity, title }) => ({ sku, quantity, title }));
  const write = async (writer) => {
    for (let turn = 1; ; turn++) {
      const add = () => Promise.all([0, 1, 2].map((part) =>
        relevo.cart.add({ sku: 'L' + life + writer + part, quantity: 1, title: String(turn) }).saved));
      const tell = () => report({ kind: 'saved', writer: 'L' + life + writer, turn });
      if (fault === 'claims early') { await tell(); await add(); }
      else { await add(); await tell(); }
    }
  };
  const run = async () => {
    await relevo.ready;
    // A store that was late is taken back when it has opened; until then nothing is saved.
    while (relevo.status.storage !== 'indexeddb')
      await new Promise((changed) => { const off = relevo.on('status', () => { off(); changed(); }); });
    await report({ kind: 'found', guest: relevo.identity.current.anonymousId, lines: lines() });
    if (task === 'write') return Promise.all(['a', 'b'].map(write));
    await relevo.flush();
    await report({ kind: 'settled', pending: relevo.status.pending, lines: lines() });
  };
  const failed = (message) => report({ kind: 'failed', message: String(message) });
  addEventListener('error', ({ message }) => failed(message));
  addEventListener('unhandledrejection', ({ reason }) => failed(reason));
  relevo.push(() => run().catch(failed));
</script>`;
