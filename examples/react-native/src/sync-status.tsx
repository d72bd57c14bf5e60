import { Text } from 'react-native';
import type { Status } from 'relevo';
import { useSyncStatus } from 'relevo/react';
import { styles } from './styles.ts';

const statusText = ({ connection, pending }: Status): string => {
  if (connection === 'offline') return pending > 0 ? `Offline, ${pending} to send` : 'Offline';
  if (connection === 'needs-token') return 'Sign in again to go on syncing';
  if (pending > 0) return 'Sending…';
  return connection === 'online' ? 'In sync' : 'On this phone';
};

export const SyncStatus = () => (
  <Text aria-live="polite" style={styles.quiet}>
    {useSyncStatus(statusText)}
  </Text>
);
