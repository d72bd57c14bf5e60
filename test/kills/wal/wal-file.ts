const headerBytes = 32;
const frameHeaderBytes = 24;

/** A write-ahead log as SQLite's file format has it: https://www.sqlite.org/fileformat2.html#walformat */
export type WalFile = {
  readonly bytes: Buffer;
  readonly frameBytes: number;
  /** Frames of the present round; older ones may lie behind them. */
  readonly frames: number;
  /** Where the last frame of each transaction ends. */
  readonly commitEnds: readonly number[];
};

export const readWal = (bytes: Buffer): WalFile => {
  const frameBytes = frameHeaderBytes + bytes.readUInt32BE(8);
  const salts = bytes.subarray(16, 24);
  const commitEnds: number[] = [];
  let frames = 0;
  for (let at = headerBytes; at + frameBytes <= bytes.length; at += frameBytes) {
    if (!bytes.subarray(at + 8, at + 16).equals(salts)) break;
    frames++;
    if (bytes.readUInt32BE(at + 4) > 0) commitEnds.push(at + frameBytes);
  }
  return { bytes, frameBytes, frames, commitEnds };
};

/** How many transactions of the log lie whole before the first byte that is not as it was. */
export const wholeCommits = ({ bytes, commitEnds }: WalFile, damaged: Buffer): number => {
  const same = firstDifference(bytes, damaged);
  return same < headerBytes ? 0 : commitEnds.filter((end) => end <= same).length;
};

const firstDifference = (a: Buffer, b: Buffer): number => {
  const length = Math.min(a.length, b.length);
  if (a.subarray(0, length).equals(b.subarray(0, length))) return length;
  let [low, high] = [0, length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (a.subarray(0, middle).equals(b.subarray(0, middle))) low = middle;
    else high = middle;
  }
  return low;
};

/** Bytes of each frame that a cut or an overwritten byte may fall on: both ends, its header, its page. */
const inFrame = [0, 1, 5, 8, 16, 23, 24, 25, 1_000, 4_119];

/** At least `count` offsets: the header, the places of {@link inFrame} in as many frames as it takes, and seeded ones. */
export const walOffsets = ({ bytes, frameBytes, frames }: WalFile, count: number, random: () => number): number[] => {
  const seededCount = Math.ceil(count / 4);
  const systematic = Array.from({ length: frames }, (_, frame) =>
    inFrame.map((place) => headerBytes + frame * frameBytes + place),
  ).flat();
  const step = Math.max(1, systematic.length / Math.max(1, count - seededCount - headerBytes));
  return [
    ...Array.from({ length: headerBytes }, (_, offset) => offset),
    ...Array.from({ length: Math.floor(systematic.length / step) }, (_, n) => systematic[Math.floor(n * step)] ?? 0),
    ...Array.from({ length: seededCount }, () => Math.floor(random() * bytes.length)),
  ];
};

export const damages = ['cut', 'overwritten', 'zeroed'] as const;
export type Damage = (typeof damages)[number];

/** A copy with damage at an offset: cut there, four bytes turned over, or a whole page of zeros from there. */
export const damageAt = (bytes: Buffer, { damage, offset }: { damage: Damage; offset: number }): Buffer => {
  if (damage === 'cut') return bytes.subarray(0, offset);
  const copy = Buffer.from(bytes);
  const length = Math.min(damage === 'zeroed' ? 4_096 : 4, bytes.length - offset);
  for (let at = offset; at < offset + length; at++) copy[at] = damage === 'zeroed' ? 0 : (copy[at] ?? 0) ^ 0xff;
  return copy;
};
