import { localFanout } from '../../src/server/fanouts/local.ts';
import { memoryStore } from '../../src/server/stores/memory.ts';
import { createSyncCore } from '../../src/server/sync-core.ts';
import { createVirtualHost } from '../../src/testing/conformance/virtual-host.ts';
import { settle, sha256 } from '../client/world.ts';

export const createMemoryHost = () =>
  createVirtualHost({
    store: () => memoryStore(),
    core: (store, given) => createSyncCore({ store, fanout: localFanout(), ...given }),
    sha256,
    settle,
  });
