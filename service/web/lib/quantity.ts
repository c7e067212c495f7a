/** Kubernetes quantities ("1500m", "16Gi", "2e3") as numbers, and numbers as people read them. */
const FACTORS: Record<string, number> = {
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

export const parseQuantity = (text: string | undefined): number => {
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(text?.trim() ?? '');
  const factor = FACTORS[match?.[2] ?? ''];
  return match === null || factor === undefined ? 0 : Number(match[1]) * factor;
};

const short = (value: number): string => value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 });

const formatBytes = (bytes: number): string =>
  bytes >= 2 ** 40 ? `${short(bytes / 2 ** 40)} TiB` : `${short(bytes / 2 ** 30)} GiB`;

export interface Capacity {
  readonly label: string;
  readonly used: number;
  readonly total: number;
  format(value: number): string;
}

const GPU = /(^|\/)(gpu|amd\.com\/gpu)$/;

/** What training jobs ask for, of what a cluster has. */
export const capacitiesOf = (allocatable: Record<string, string>, allocated: Record<string, string>): Capacity[] => {
  const of = (name: string, label: string, format: (value: number) => string): Capacity => ({
    label,
    used: parseQuantity(allocated[name]),
    total: parseQuantity(allocatable[name]),
    format,
  });
  const gpus = Object.keys(allocatable).filter((name) => GPU.test(name));
  return [
    of('cpu', 'CPU', (cores) => `${short(cores)} cores`),
    of('memory', 'Memory', formatBytes),
    ...gpus.map((name) => of(name, name === 'nvidia.com/gpu' ? 'GPU' : name, short)),
  ].filter(({ total }) => total > 0);
};
