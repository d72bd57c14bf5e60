import { useState } from 'react';
import { FlatList, Pressable, Text, View } from 'react-native';
import { useRecent, useRelevo } from 'relevo/react';
import { Button } from './button.tsx';
import { type Product, priceText, products } from './products.ts';
import { styles } from './styles.ts';

const Recent = () => {
  const recent = useRecent({ kind: 'product', limit: 4 });
  if (recent.length === 0) return null;
  return <Text style={styles.quiet}>{`You looked at: ${recent.map(({ title, id }) => title ?? id).join(', ')}`}</Text>;
};

const Card = ({ product }: { product: Product }) => {
  const { sku, title, price, picture, about } = product;
  const [isOpen, setOpen] = useState(false);
  const { cart, browsing } = useRelevo();
  const look = () => {
    if (!isOpen) browsing.view({ kind: 'product', id: sku, title, price });
    setOpen(!isOpen);
  };
  return (
    <View style={styles.card}>
      <Pressable role="button" aria-label={`Look at ${title}`} aria-expanded={isOpen} onPress={look} style={styles.row}>
        <Text style={styles.picture}>{picture}</Text>
        <View style={styles.grow}>
          <Text style={styles.strong}>{title}</Text>
          <Text style={styles.text}>{isOpen ? about : priceText(price)}</Text>
        </View>
      </Pressable>
      <Button text="Add" label={`Add ${title}`} onPress={() => cart.add({ sku, title, price })} />
    </View>
  );
};

export const Shop = () => (
  <FlatList
    data={products}
    keyExtractor={({ sku }) => sku}
    renderItem={({ item }) => <Card product={item} />}
    ListHeaderComponent={Recent}
  />
);
