// Amounts as Kubernetes writes them.
const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

export const GIBIBYTE = 2 ** 30;

/** "500m" -> 0.5, "2Gi" -> 2147483648; NaN where it is none. */
export function amountOf(quantity: string): number {
  const [, number = 'none', unit = ''] = /^([\d.eE+-]+?)([a-zA-Z]*)$/.exec(quantity) ?? [];
  return Number(number) * (FACTORS[unit] ?? Number.NaN);
}
