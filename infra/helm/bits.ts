/** A set of row numbers. */
export type Bits = Uint32Array;

export const none = (size: number): Bits => new Uint32Array(Math.ceil(size / 32));

export function all(size: number): Bits {
  const bits = none(size);
  for (let row = 0; row < size; row++) add(bits, row);
  return bits;
}

export function add(bits: Bits, row: number): void {
  bits[row >>> 5] = (bits[row >>> 5] ?? 0) | (1 << (row & 31));
}

export function addAll(bits: Bits, more: Bits): void {
  for (let at = 0; at < bits.length; at++) bits[at] = (bits[at] ?? 0) | (more[at] ?? 0);
}

export function both(a: Bits, b: Bits): Bits {
  const bits = new Uint32Array(a.length);
  for (let at = 0; at < a.length; at++) bits[at] = (a[at] ?? 0) & (b[at] ?? 0);
  return bits;
}

export function without(a: Bits, b: Bits): Bits {
  const bits = new Uint32Array(a.length);
  for (let at = 0; at < a.length; at++) bits[at] = (a[at] ?? 0) & ~(b[at] ?? 0);
  return bits;
}

export function count(bits: Bits): number {
  let sum = 0;
  for (let at = 0; at < bits.length; at++) sum += ones(bits[at] ?? 0);
  return sum;
}

/** How many rows are in both. */
export function shared(a: Bits, b: Bits): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += ones((a[at] ?? 0) & (b[at] ?? 0));
  return sum;
}

export function* rowsOf(bits: Bits): Generator<number> {
  for (let at = 0; at < bits.length; at++) {
    for (let word = bits[at] ?? 0; word !== 0; word &= word - 1) yield at * 32 + (31 - Math.clz32(word & -word));
  }
}

export const first = (bits: Bits): number => rowsOf(bits).next().value ?? -1;

function ones(word: number): number {
  let left = word - ((word >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return Math.imul((left + (left >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
