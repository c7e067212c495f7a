// Maps that remember a bounded number of things: what was put in first goes first.

/** What is put in again counts as new. */
export function putNewest<Key, Value>(all: Map<Key, Value>, key: Key, value: Value, most: number): void {
  all.delete(key);
  all.set(key, value);
  forgetBeyond(all, most);
}

/** After each entry, so that there is never more than one too many. */
export function forgetBeyond(all: Map<unknown, unknown>, most: number): void {
  if (all.size > most) for (const [oldest] of all) return void all.delete(oldest);
}

/** From the oldest on, as far as they are old. */
export function forgetOld<Value>(all: Map<unknown, Value>, isOld: (value: Value) => boolean): void {
  for (const [key, value] of all) {
    if (!isOld(value)) return;
    all.delete(key);
  }
}
