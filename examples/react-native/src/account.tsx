import { useState, useSyncExternalStore } from 'react';
import { Switch, Text, TextInput, View } from 'react-native';
import { useIdentity, useRelevo } from 'relevo/react';
import { Button } from './button.tsx';
import { endpoint, signIn, signOut } from './relevo.ts';
import { styles } from './styles.ts';

/** Without it what is looked at is shown while the app runs, and neither stored nor sent. */
const Consent = () => {
  const { consent, subscribe } = useRelevo();
  const isGranted = useSyncExternalStore(subscribe, () => consent.current['personalization'] === 'granted');
  const set = (on: boolean) => void consent.set({ personalization: on ? 'granted' : 'denied' });
  return (
    <View style={styles.card}>
      <Text style={[styles.text, styles.grow]}>Remember what I look at, on all my devices</Text>
      <Switch aria-label="Remember what I look at" value={isGranted} onValueChange={set} />
    </View>
  );
};

export const Account = () => {
  const customerId = useIdentity((identity) => identity.customerId);
  const [name, setName] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const run = async (act: () => Promise<void>) => {
    setBusy(true);
    setProblem('');
    await act().catch((error: { code?: string; message: string }) =>
      // A refusal has a code and says what to do; all else is the network.
      setProblem(error.code ? error.message : `${endpoint} does not answer. Your cart stays on this phone.`),
    );
    setBusy(false);
  };
  return (
    <View>
      <View style={styles.card}>
        {customerId ? (
          <Text style={[styles.text, styles.grow]}>{`Signed in as ${customerId}`}</Text>
        ) : (
          <TextInput
            aria-label="Your name"
            placeholder="Your name"
            autoCapitalize="none"
            value={name}
            onChangeText={setName}
            style={styles.input}
          />
        )}
        {customerId ? (
          <Button text="Sign out" isBusy={isBusy} onPress={() => void run(signOut)} />
        ) : (
          <Button text="Sign in" isBusy={isBusy || !name.trim()} onPress={() => void run(() => signIn(name.trim()))} />
        )}
      </View>
      {problem !== '' && <Text style={styles.quiet}>{problem}</Text>}
      <Consent />
    </View>
  );
};
