import { hash } from '@stablelib/sha256';
import { nanoid } from 'nanoid';
import { createEngine } from '../../../src/client/engine.ts';
import { startScriptTag } from '../../../src/entries/start-script-tag.ts';
import { clock } from '../../../src/platform/browser/clock.ts';
import { idbStore } from '../../../src/platform/browser/idb-store.ts';
import { ids } from '../../../src/platform/browser/ids.ts';
import { marker } from '../../../src/platform/browser/marker.ts';
import { sendBeacon } from '../../../src/platform/browser/send-beacon.ts';
import { signals } from '../../../src/platform/browser/signals.ts';
import { tabs } from '../../../src/platform/browser/tabs.ts';
import { fetchTransport } from '../../../src/platform/fetch-transport.ts';
import { memoryStore } from '../../../src/platform/memory-store.ts';

// The script tag as it is built, but for the guard against echoes, which is off.
const name = 'relevo:1:pk_demo';

startScriptTag({
  document,
  window,
  createRelevo: (options) =>
    createEngine(
      options,
      {
        clock,
        ids: ids({ nanoid, sha256: hash }),
        openStore: () => idbStore({ name }),
        memoryStore,
        marker: marker({ name }),
        transport: fetchTransport({ endpoint: options.endpoint, sendBeacon }),
        tabs: tabs({ name }),
        signals,
        log: console,
      },
      { echoGuard: false },
    ),
});
