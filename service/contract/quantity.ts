// How much of something Kubernetes counts: written one way, read one way. No imports, as in contract.ts.

/** By what name clusters count GPUs. */
export const GPU = 'nvidia.com/gpu';

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity of Kubernetes ("1500m", "16Gi", "2e3") as a number; 0 for what is none. */
export function quantity(text: string | undefined): number {
  const [, amount, suffix = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(text?.trim() ?? '') ?? [];
  const factor = FACTORS[suffix];
  return amount === undefined || factor === undefined ? 0 : Number(amount) * factor;
}
