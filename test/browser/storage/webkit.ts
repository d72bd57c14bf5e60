import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Debian's WebKitGTK and a virtual screen for it; absent when one of them is not installed. */
export const findWebKit = (): string | undefined => {
  try {
    const script = 'command -v xvfb-run >/dev/null && dpkg -L libwebkit2gtk-4.1-0 | grep MiniBrowser$';
    return execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
};

/** Where WebKitGTK is. Of a missing one a line says so, and under CI it is an error. */
export const findWebKitOrSay = (): string | undefined => {
  const found = findWebKit();
  if (found) return found;
  const text = 'WebKitGTK is not installed: what needs it is left out (apt-get install webkit2gtk-driver xvfb xauth)';
  if (process.env['CI'] === '1') throw new Error(text);
  console.info(text);
  return undefined;
};

/** The installed WebKitGTK, by name and version. */
export const webKitVersion = (): string => {
  const [, version = ''] = execFileSync('dpkg-query', ['-W', 'libwebkit2gtk-4.1-0'], { encoding: 'utf8' }).split('\t');
  return `WebKitGTK ${version.trim()}`;
};

type Process = { readonly id: number; readonly parent: number; readonly name: string };

/** Processes that descend from one of ours. */
const descendantsOf = (root: number): Process[] => {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry): Process[] => {
      try {
        const parent = /^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1];
        const name = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0')[0];
        return [{ id: Number(entry), parent: Number(parent), name: name ?? '' }];
      } catch {
        return []; // gone meanwhile
      }
    });
  const below = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.id)]);
  return below(root);
};

/**
 * Shows a page, which has to report by itself: WebKitWebDriver gives a session up when the network
 * process dies.
 */
export const showInWebKit = (browser: string, url: string) => {
  const { pid } = spawn('xvfb-run', ['-a', browser, url], { stdio: 'ignore', detached: true });
  if (!pid) throw new Error('xvfb-run did not start');
  const killed = new Set<number>();
  return {
    /**
     * Kills the process that holds the databases of all pages, as iOS does under memory pressure; gives how many the
     * browser had. One that was killed before, and on a busy machine is not gone yet, does not count, and neither does a
     * helper that such a process is about to start: until then it goes by the same name.
     */
    killNetworkProcess(): number {
      const found = descendantsOf(pid).filter(
        ({ id, name }) => name.endsWith('WebKitNetworkProcess') && !killed.has(id),
      );
      for (const { id } of found) {
        killed.add(id);
        process.kill(id, 'SIGKILL');
      }
      return found.filter(({ parent }) => !killed.has(parent)).length;
    },
    close: () => process.kill(-pid, 'SIGTERM'),
  };
};
