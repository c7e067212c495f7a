import { GPU, quantity } from '../../contract/quantity.ts';

const short = (value: number): string => value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 });

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** In the unit that leaves a number below 1024. */
export const formatBytes = (bytes: number): string => {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${short(bytes / 1024 ** unit)} ${UNITS[unit]}`;
};

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
