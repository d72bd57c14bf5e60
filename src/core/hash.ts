/** SHA-256 of a text's UTF-8 bytes, synchronous. Injected: the kernel contains no cryptography. */
export type Sha256 = (text: string) => Uint8Array;

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * A short name for a text: the first 120 bits of its SHA-256 in lower-case base 32 (RFC 4648
 * alphabet), 24 characters. 120 bits are 24 whole characters, and too many to collide by chance.
 */
export const hashText = (sha256: Sha256, text: string): string => {
  const bytes = sha256(text);
  let out = '';
  for (let bit = 0; bit < 120; bit += 5) {
    const at = bit >> 3;
    const pair = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    out += alphabet[(pair >> (11 - (bit & 7))) & 31];
  }
  return out;
};
