import { memo } from 'react';
import { FlatList, Text, View } from 'react-native';
import { useCart, useCartLine, useRelevo } from 'relevo/react';
import { Button } from './button.tsx';
import { priceText } from './products.ts';
import { styles } from './styles.ts';

/** Reads its own line, so a changed quantity renders this row and no other. */
const Row = memo(({ lineKey }: { lineKey: string }) => {
  const line = useCartLine(lineKey);
  const { cart } = useRelevo();
  if (!line) return null;
  const { title = line.sku, quantity, price } = line;
  return (
    <View style={styles.card}>
      <View style={styles.grow}>
        <Text style={styles.strong}>{title}</Text>
        {price && <Text style={styles.text}>{priceText(price)}</Text>}
      </View>
      <Button text="−" label={`One ${title} less`} onPress={() => cart.setQuantity(lineKey, quantity - 1)} />
      <Text aria-label={`${quantity} of ${title}`} style={styles.strong}>
        {quantity}
      </Text>
      <Button text="+" label={`One ${title} more`} onPress={() => cart.setQuantity(lineKey, quantity + 1)} />
    </View>
  );
});

const Total = () => {
  const amountMinor = useCart(({ lines }) =>
    lines.reduce((sum, { quantity, price }) => sum + quantity * (price?.amountMinor ?? 0), 0),
  );
  return <Text style={styles.total}>{`Together ${priceText({ amountMinor, currency: 'EUR' })}`}</Text>;
};

export const Cart = () => {
  const keys = useCart(({ lines }) => lines.map(({ key }) => key));
  if (keys.length === 0) return <Text style={styles.quiet}>Your cart is empty.</Text>;
  return (
    <FlatList
      data={keys}
      keyExtractor={(key) => key}
      renderItem={({ item }) => <Row lineKey={item} />}
      ListFooterComponent={Total}
    />
  );
};
