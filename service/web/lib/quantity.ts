import { GPU, quantity } from '../../contract/quantity.ts';

const short = (value: number): string => value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 });

const formatBytes = (bytes: number): string =>
  bytes >= 2 ** 40 ? `${short(bytes / 2 ** 40)} TiB` : `${short(bytes / 2 ** 30)} GiB`;

export interface Capacity {
  readonly label: string;
  readonly used: number;
  readonly total: number;
  format(value: number): string;
}

const ANY_GPU = /(^|\/)(gpu|amd\.com\/gpu)$/;

/** What training jobs ask for, of what a cluster has. */
export const capacitiesOf = (allocatable: Record<string, string>, allocated: Record<string, string>): Capacity[] => {
  const of = (name: string, label: string, format: (value: number) => string): Capacity => ({
    label,
    used: quantity(allocated[name]),
    total: quantity(allocatable[name]),
    format,
  });
  const gpus = Object.keys(allocatable).filter((name) => ANY_GPU.test(name));
  return [
    of('cpu', 'CPU', (cores) => `${short(cores)} cores`),
    of('memory', 'Memory', formatBytes),
    ...gpus.map((name) => of(name, name === GPU ? 'GPU' : name, short)),
  ].filter(({ total }) => total > 0);
};
