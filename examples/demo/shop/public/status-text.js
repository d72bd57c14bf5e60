const connectionTexts = {
  online: 'Synced',
  connecting: 'Connecting',
  offline: 'Offline',
  'needs-token': 'Waiting for sign-in',
  'upgrade-required': 'Reload the page',
  stopped: 'Stopped',
};

/** How far this device and the server agree, in a few words. */
export const statusText = ({ status, identity }) => {
  const { connection, pending, lastSyncedAt } = status;
  // A guest is not on the server before the first change: there is nobody to connect yet.
  const isUnborn = identity.current.kind === 'guest' && lastSyncedAt === null && pending === 0;
  if (connection === 'connecting' && isUnborn) return 'Ready';
  if (pending === 0) return connectionTexts[connection] ?? connection;
  return `${connection === 'online' ? 'Syncing' : (connectionTexts[connection] ?? connection)} · ${pending} waiting`;
};
