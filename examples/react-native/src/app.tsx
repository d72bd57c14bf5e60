import { useState } from 'react';
import { Pressable, Text, View } from 'react-native';
import { SafeAreaProvider, SafeAreaView } from 'react-native-safe-area-context';
import { RelevoProvider, useCart, useReady } from 'relevo/react';
import { Account } from './account.tsx';
import { Cart } from './cart.tsx';
import { relevo } from './relevo.ts';
import { Shop } from './shop.tsx';
import { styles } from './styles.ts';
import { SyncStatus } from './sync-status.tsx';

const screens = { Shop, Cart, Account };
type Screen = keyof typeof screens;

const Tab = ({ name, isOpen, open }: { name: Screen; isOpen: boolean; open: () => void }) => {
  const count = useCart((cart) => cart.count);
  const text = name === 'Cart' && count > 0 ? `Cart (${count})` : name;
  return (
    <Pressable role="tab" aria-selected={isOpen} onPress={open} style={[styles.tab, isOpen && styles.openTab]}>
      <Text style={isOpen ? styles.openTabText : styles.text}>{text}</Text>
    </Pressable>
  );
};

const Screens = () => {
  const [open, setOpen] = useState<Screen>('Shop');
  const isReady = useReady();
  const Opened = screens[open];
  return (
    <SafeAreaView style={styles.page}>
      <Text role="heading" style={styles.title}>
        Relevo shop
      </Text>
      <SyncStatus />
      <View style={styles.page}>{isReady ? <Opened /> : <Text style={styles.quiet}>One moment…</Text>}</View>
      <View role="tablist" style={styles.tabs}>
        {(Object.keys(screens) as Screen[]).map((name) => (
          <Tab key={name} name={name} isOpen={name === open} open={() => setOpen(name)} />
        ))}
      </View>
    </SafeAreaView>
  );
};

export const App = () => (
  <SafeAreaProvider>
    <RelevoProvider relevo={relevo}>
      <Screens />
    </RelevoProvider>
  </SafeAreaProvider>
);
