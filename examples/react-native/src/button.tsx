import { Pressable, Text } from 'react-native';
import { styles } from './styles.ts';

type ButtonProps = { text: string; label?: string; isBusy?: boolean; onPress: () => void };

/** `label` is what a screen reader says, where the text alone does not tell. */
export const Button = ({ text, label = text, isBusy = false, onPress }: ButtonProps) => (
  <Pressable
    role="button"
    aria-label={label}
    aria-busy={isBusy}
    disabled={isBusy}
    onPress={onPress}
    style={({ pressed }) => [styles.button, (pressed || isBusy) && styles.faded]}
  >
    <Text style={styles.buttonText}>{text}</Text>
  </Pressable>
);
