import { randomBytes } from 'node:crypto';
import type { AppBundle } from './app-bundle.ts';
import { type FromVm, type HermesVm, startHermes } from './hermes-vm.ts';
import { createHostNetwork, type HostNetwork } from './host-network.ts';
import { createHostStorage, type HostStorage } from './host-storage.ts';

/** One run of the app, from its start to its end. */
export type App = {
  readonly network: HostNetwork;
  /** What the app told by `report(name, detail)`, in order. */
  readonly reports: readonly (readonly [name: string, detail: unknown])[];
  readonly logs: readonly string[];
  /** Globals that a React Native app has not and that were looked at. */
  readonly touched: readonly string[];
  /** Errors that nobody caught, unhandled rejections among them. */
  readonly uncaught: readonly string[];
  /** Runs an expression in the VM and waits for its promise. @throws Error with the VM's text and `code` */
  evaluate<T>(expression: string, timeoutMs?: number): Promise<T>;
  /** Waits until an expression is true in the VM. */
  until(condition: string, timeoutMs?: number): Promise<void>;
  /** What AppState says from now on. */
  setState(state: 'active' | 'background' | 'inactive'): void;
  /** SIGKILL. What it had printed by then has been heard when this resolves. */
  kill(): Promise<void>;
};

export type Phone = {
  readonly storage: HostStorage;
  /** Starts the app anew on what the storage holds. A run before it has to be over. */
  start(): App;
  /** Ends the run that goes on. */
  close(): Promise<void>;
};

/** A device with a storage of its own, on which the bundle is run once and again. */
export const createPhone = (bundle: AppBundle): Phone => {
  const storage = createHostStorage();
  let app: App | undefined;
  return {
    storage,
    start() {
      app = startApp(bundle, storage);
      return app;
    },
    close: async () => app?.kill(),
  };
};

const startApp = (bundle: AppBundle, storage: HostStorage): App => {
  const reports: (readonly [string, unknown])[] = [];
  const logs: string[] = [];
  const touched: string[] = [];
  const uncaught: string[] = [];
  const timers = new Map<unknown, ReturnType<typeof setTimeout>>();
  const asked = new Map<unknown, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  let isKilled = false;
  let death: Promise<void> | undefined;

  const sendRandom = () => vm.tell('random', randomBytes(8192).toString('hex'));
  const handlers: { readonly [kind: string]: (...rest: never[]) => void } = {
    timer(id: number, ms: number) {
      timers.set(
        id,
        setTimeout(() => vm.tell('timer', id), ms),
      );
    },
    clearTimer: (id: number) => clearTimeout(timers.get(id)),
    random: sendRandom,
    report: (name: string, detail: unknown) => void reports.push([name, detail]),
    log: (level: string, text: string) => void logs.push(`${level}: ${text}`),
    touched: (name: string) => void touched.push(name),
    uncaught: (text: string) => void uncaught.push(text),
    value: (id: number, value: unknown) => asked.get(id)?.resolve(value),
    failed: (id: number, text: string, code: string | null) =>
      asked.get(id)?.reject(Object.assign(new Error(text), { code })),
  };
  const hear = (message: FromVm) => {
    const [kind, ...rest] = message;
    // After the kill only what had been said before it counts; nothing is done for it any more.
    if (isKilled && !['report', 'log', 'touched', 'uncaught'].includes(kind)) return;
    if (network.hear(message) || storage.hear(message, vm.tell)) return;
    handlers[kind]?.(...(rest as never[]));
  };
  const vm: HermesVm = startHermes(hear);
  const network = createHostNetwork(vm.tell);
  sendRandom();
  vm.run(bundle.source);

  const evaluate = async <T>(expression: string, timeoutMs = 10_000): Promise<T> => {
    if (isKilled) throw wasKilled();
    const id = ++lastId;
    const answer = Promise.withResolvers<unknown>();
    asked.set(id, answer);
    const timer = setTimeout(() => answer.reject(new Error(`No answer in ${timeoutMs} ms: ${expression}`)), timeoutMs);
    vm.tell('evaluate', id, expression);
    try {
      return (await answer.promise) as T;
    } finally {
      clearTimeout(timer);
      asked.delete(id);
    }
  };

  const die = async () => {
    for (const timer of timers.values()) clearTimeout(timer);
    network.close();
    await vm.kill();
    for (const { reject } of asked.values()) reject(wasKilled());
  };

  return {
    network,
    reports,
    logs,
    touched,
    uncaught,
    evaluate,
    async until(condition, timeoutMs = 10_000) {
      const deadline = performance.now() + timeoutMs;
      const look = `(() => { try { return !!(${condition}); } catch { return false; } })()`;
      while (!(await evaluate<boolean>(look))) {
        if (performance.now() > deadline) {
          throw new Error(`Not so within ${timeoutMs} ms: ${condition}. The app has ${await evaluate(shown)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    setState: (state) => vm.tell('appState', state),
    kill() {
      isKilled = true;
      death ??= die();
      return death;
    },
  };
};

const wasKilled = () => new Error('The VM was killed.');

const shown = `JSON.stringify({ status: globalThis.relevo?.status, identity: globalThis.relevo?.identity.current,
  lines: globalThis.relevo?.cart.lines.map(({ sku, quantity }) => [sku, quantity]) })`;
