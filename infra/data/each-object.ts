/** Every object and list in a value, from itself on, each before what it holds. */
export function eachObject(value: unknown, visit: (object: Readonly<Record<string, unknown>>) => void): void {
  if (value === null || typeof value !== 'object') return;
  visit(value as Record<string, unknown>);
  // No list of them is made: a chart is derived from some hundred builds, and each is walked through.
  for (const key in value) eachObject(value[key as keyof typeof value], visit);
}
