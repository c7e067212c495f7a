/** One order that all sequences keep to; undefined when they contradict each other. */
export function inOneOrder(sequences: readonly (readonly string[])[]): string[] | undefined {
  const after = new Map<string, Set<string>>();
  const before = new Map<string, number>();
  for (const sequence of sequences) {
    sequence.forEach((key, index) => {
      if (!after.has(key)) after.set(key, new Set());
      const previous = sequence[index - 1];
      if (previous !== undefined) after.get(previous)?.add(key);
    });
  }
  for (const key of after.keys()) before.set(key, 0);
  for (const keys of after.values()) for (const key of keys) before.set(key, (before.get(key) ?? 0) + 1);
  const order: string[] = [];
  // The last one whose turn has come goes next, so that what belongs together stays together.
  const ready = [...before]
    .filter(([, count]) => count === 0)
    .map(([key]) => key)
    .reverse();
  for (let key = ready.pop(); key !== undefined; key = ready.pop()) {
    order.push(key);
    for (const next of after.get(key) ?? []) {
      const left = (before.get(next) ?? 0) - 1;
      before.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return order.length === after.size ? order : undefined;
}
