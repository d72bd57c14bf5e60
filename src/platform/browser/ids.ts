import type { Ids } from '../../client/ports.ts';

/** 22 characters of 64: 132 bits, enough for a guest's secret of 128. */
const idLength = 22;

/**
 * Ids and hashes from libraries that the composition root chooses.
 *
 * @param nanoid Makes an id of so many characters in `A-Z a-z 0-9 _ -` from a secure source.
 * @param sha256 SHA-256 of bytes.
 */
export const ids = ({
  nanoid,
  sha256,
}: {
  nanoid: (length: number) => string;
  sha256: (bytes: Uint8Array) => Uint8Array;
}): Ids => ({
  random: () => nanoid(idLength),
  sha256: (text) => sha256(new TextEncoder().encode(text)),
  decodeBase64: (text) => atob(text),
});
