import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createShop } from '../shop/app.mjs';
import { createPayments } from '../shop/payments.mjs';
import { createStage } from '../stage/app.mjs';
import { createStageTill } from '../stage/till.mjs';
import { findFreePort } from './free-port.mjs';
import { createLine } from './line.mjs';
import { startSyncServer } from './sync-server.mjs';

const names = {
  stage: 'the start page',
  laptop: 'the shop on the laptop',
  phone: 'the shop on the phone',
  tablet: 'the shop on the tablet',
  sync: 'the sync server',
  laptopLine: 'the laptop’s line to it',
  phoneLine: 'the phone’s line to it',
  tabletLine: 'the tablet’s line to it',
};

/** Whose they are: what stays on them after somebody has signed out. */
const deviceKinds = { laptop: 'personal', phone: 'personal', tablet: 'shared' };

/** What `relevo-server --dev` prints and everybody can read. A real shop's own stay in its servers' environment. */
const devServerKey = 'sk_relevo-dev-key-known-to-all-never-in-production';
const devWebhookSecret = `whsec_${btoa('relevo-dev-webhook-secret-known-to-all')}`;

/**
 * Starts the whole demo: a sync server on SQLite, the shop once for each device, each with a line of
 * its own to the sync server, and the page that shows both devices.
 *
 * The devices are `localhost` on a port each: another port is another origin, so storage is apart,
 * yet the same site, so a frame may use IndexedDB. A frame from 127.0.0.1 inside localhost is another
 * site, and Chromium denies IndexedDB there.
 *
 * @param {object} options
 * @param {string} options.dataFolder where the database and the server's log go; made when missing
 * @param {boolean} [options.isFresh] forget the database of the last run
 * @param {number} [options.firstPort] default 4000: 4000 to 4003 and 4100 to 4103 are wanted
 * @param {(line: string) => void} [options.say]
 */
export const startDemo = async ({ dataFolder, isFresh = false, firstPort = 4000, say = console.log }) => {
  if (isFresh) rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  const ports = await findPorts(firstPort, say);
  const closers = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const sync = await startSyncServer({
      port: ports.sync,
      dbFile: join(dataFolder, 'relevo.db'),
      logFile: join(dataFolder, 'relevo-server.log'),
    });
    closers.push(sync.stop);

    const stageOrigin = originOf(ports.stage);
    const payments = createPayments({ sync: sync.origin, secret: devWebhookSecret });
    const devices = [];
    for (const [id, device] of Object.entries(deviceKinds)) {
      const line = await createLine({ port: ports[`${id}Line`], targetPort: ports.sync });
      closers.push(line.close);
      const shop = createShop({
        origin: originOf(ports[id]),
        scriptUrl: `${sync.origin}/relevo.js`,
        endpoint: originOf(ports[`${id}Line`]),
        stageOrigin,
        cookieName: `nido-${id}`,
        device,
        payments,
        fetchToken: (customerId) => fetchDevToken(sync.origin, customerId),
      });
      closers.push(await listen(shop, ports[id]));
      devices.push({ id, origin: originOf(ports[id]), line });
    }
    const till = createStageTill({ sync: sync.origin, key: devServerKey, newOrderId: payments.newOrderId });
    closers.push(await listen(createStage({ origin: stageOrigin, devices, till }), ports.stage));
    return {
      addresses: {
        start: stageOrigin,
        laptop: originOf(ports.laptop),
        phone: originOf(ports.phone),
        tablet: originOf(ports.tablet),
        sync: sync.origin,
      },
      syncServer: { pid: sync.pid, exited: sync.exited },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

const originOf = (port) => `http://localhost:${port}`;

const findPorts = async (firstPort, say) => {
  const wanted = {
    stage: firstPort,
    laptop: firstPort + 1,
    phone: firstPort + 2,
    tablet: firstPort + 3,
    sync: firstPort + 100,
    laptopLine: firstPort + 101,
    phoneLine: firstPort + 102,
    tabletLine: firstPort + 103,
  };
  const reserved = new Set(Object.values(wanted));
  const ports = {};
  for (const [part, port] of Object.entries(wanted)) {
    ports[part] = await findFreePort({ name: names[part], wanted: port, reserved, say });
  }
  return ports;
};

const listen = async (handler, port) => {
  const server = createServer(handler);
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
};

/** What a shop's back end does with its own secret, `--dev` does at this address. */
const fetchDevToken = async (syncOrigin, customerId) => {
  const reply = await fetch(`${syncOrigin}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site: 'pk_demo', customerId }),
  });
  if (!reply.ok) throw new Error(`/dev/token answered ${reply.status}`);
  return (await reply.json()).token;
};
