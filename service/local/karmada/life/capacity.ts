import { GPU, quantity } from '../../../contract/quantity.ts';
import { listAt, pick, type StoredObject } from '../../kube/objects.ts';

/** The resource that a node of this size, if empty, has too little of for some pod; undefined: it has room for each. */
export const lackOf = (node: StoredObject | undefined, specs: readonly unknown[]): string | undefined =>
  ['cpu', 'memory', GPU].find((resource) =>
    specs.some((spec) => requested(spec, resource) > amount(pick(node, 'status', 'allocatable', resource))),
  );

const amount = (value: unknown): number => quantity(String(value ?? ''));

/** The sum over the containers of a pod; limits count where nothing is requested. */
export const requested = (spec: unknown, resource: string): number =>
  listAt(spec, 'containers').reduce<number>((sum, container) => {
    const asked =
      pick(container, 'resources', 'requests', resource) ?? pick(container, 'resources', 'limits', resource);
    return sum + amount(asked);
  }, 0);
