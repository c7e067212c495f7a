import { listAt, pick, type StoredObject } from '../../kube/objects.ts';

/** Whether a node of this size, if empty, has room for each of the pods. */
export const fitsOn = (node: StoredObject | undefined, specs: readonly unknown[]): boolean =>
  specs.every((spec) =>
    ['cpu', 'memory', 'nvidia.com/gpu'].every(
      (resource) => requested(spec, resource) <= quantity(pick(node, 'status', 'allocatable', resource)),
    ),
  );

const SUFFIXES: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

function quantity(value: unknown): number {
  const [, amount = '0', suffix = ''] = /^([\d.]+)([A-Za-z]*)$/.exec(String(value ?? '0')) ?? [];
  return Number(amount) * (SUFFIXES[suffix] ?? 1);
}

/** The sum over the containers of a pod; limits count where nothing is requested. */
const requested = (spec: unknown, resource: string): number =>
  listAt(spec, 'containers').reduce<number>((sum, container) => {
    const asked =
      pick(container, 'resources', 'requests', resource) ?? pick(container, 'resources', 'limits', resource);
    return sum + quantity(asked);
  }, 0);
