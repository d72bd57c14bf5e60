/** SHA-256 of a text's UTF-8 bytes, synchronous. Injected: the kernel contains no cryptography. */
export type Sha256 = (text: string) => Uint8Array;

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * A short name for a text: the first 120 bits of its SHA-256 in lower-case base 32 (RFC 4648
 * alphabet), 24 characters. 120 bits are 24 whole characters, and too many to collide by chance.
 */
export const hashText = (sha256: Sha256, text: string): string => {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const byte of sha256(text).subarray(0, 15)) {
    bits = (bits << 8) | byte;
    for (held += 8; held >= 5; out += alphabet[(bits >> held) & 31]) held -= 5;
    bits &= 31;
  }
  return out;
};
