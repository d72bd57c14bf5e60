export { ConfigError, type ConfigInput } from './config.ts';
export { createSyncServer, type SyncServer, type SyncServerOptions } from './create-sync-server.ts';
export { localFanout } from './fanouts/local.ts';
export { createLog } from './log.ts';
export type { Clock, Fanout, Hooks, Log, LogFields, MergeContext, Poke } from './ports.ts';
export type { Bucket, Buckets } from './rate-limit.ts';
export type { ReadTx, Store, WriteTx } from './store.ts';
export { type MemoryStoreOptions, memoryStore } from './stores/memory.ts';
export { type SqliteStoreOptions, sqliteStore } from './stores/sqlite.ts';
