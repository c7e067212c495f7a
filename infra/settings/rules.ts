import type { z } from 'zod';
import { breachesOf, type FieldRule, tell } from '../data/field-rules.ts';
import type { Extras } from './extras.ts';
import type { CommonSettings } from './fragments.ts';

/** Rules between fields that every stack has. The message says what is allowed; the loader adds path and value. */
export function commonRules(settings: CommonSettings, context: z.core.$RefinementCtx<unknown>): void {
  for (const rule of commonRulesFor(settings)) tell(breachesOf(rule, settings), context);
  if (settings.isolation.enabled) refuseClosedDoors(settings, context);
}

/** A Service for clients from outside, whom the NetworkPolicy would keep out without a word. */
function refuseClosedDoors(settings: CommonSettings, context: z.core.$RefinementCtx<unknown>): void {
  visit(settings, [], (value, path) => {
    if (!has(value, 'service', 'network')) return;
    const { network, service } = value as Required<Extras>;
    if (service.type === undefined || service.type === 'ClusterIP' || network.ingress?.length) return;
    const message = 'ClusterIP while network.ingress says nothing of who may come in from outside: [{}] is everybody';
    tell([{ path: [...path, 'service', 'type'], message }], context);
  });
}

/** Those of them that follow from how the settings are built, for all their parts. */
export function commonRulesFor(settings: unknown): FieldRule[] {
  const rules: FieldRule[] = [];
  visit(settings, [], (value, path) => {
    if (has(value, 'requests', 'limits') && isAmounts(value.requests) && isAmounts(value.limits)) {
      rules.push(...['cpu', 'memory'].map((name) => limitNotBelowRequest(path.join('.'), name)));
    }
    if (has(value, 'tag')) rules.push(pinnedInProduction([...path, 'tag'].join('.')));
    if (path[0] === 'namespace' && has(value, 'shared')) rules.push(...WHOLE_NAMESPACE);
    if (has(value, 'replicas', 'autoscaling')) rules.push(maximumNotBelowReplicas(path.join('.')));
  });
  return rules;
}

/** An image without a registry is one that was built on the node: pulling it Always can only fail. */
export const LOCAL_IMAGES_NOT_PULLED_ALWAYS: FieldRule = {
  path: 'images.pullPolicy',
  when: { path: 'images.registry', is: '' },
  refuses: { value: 'Always' },
  allowed: 'IfNotPresent or Never while images.registry is empty, for those images are on the node alone',
};

/** Both count and bound every pod of the namespace, whoever's it is. */
const WHOLE_NAMESPACE: FieldRule[] = ['quota', 'limitRange'].map((bound) => ({
  path: `namespace.${bound}.enabled`,
  when: { path: 'namespace.shared', is: true },
  refuses: { value: true },
  allowed: 'false while namespace.shared is true: it would hold for the pods of the others in the namespace too',
}));

const limitNotBelowRequest = (path: string, name: string): FieldRule => ({
  path: `${path}.limits.${name}`,
  refuses: { belowAmount: `${path}.requests.${name}` },
  allowed: 'at least the request, which is {}',
});

const pinnedInProduction = (path: string): FieldRule => ({
  path,
  when: { path: 'production', is: true },
  refuses: { value: 'latest' },
  allowed: 'a version that is pinned; production settings refuse latest',
});

const maximumNotBelowReplicas = (path: string): FieldRule => ({
  path: `${path}.autoscaling.maxReplicas`,
  when: { path: `${path}.autoscaling.enabled`, is: true },
  refuses: { belowNumber: `${path}.replicas` },
  allowed: 'at least replicas, which is {}',
});

type Path = (string | number)[];

/** Every object and list in it. The path is that of the moment: settings are visited some hundred times in a second. */
function visit(value: unknown, path: Path, each: (value: object, path: Path) => void): void {
  if (value === null || typeof value !== 'object') return;
  each(value, path);
  for (const [key, child] of Object.entries(value)) {
    path.push(Array.isArray(value) ? Number(key) : key);
    visit(child, path, each);
    path.pop();
  }
}

const has = <Key extends string>(value: unknown, ...keys: Key[]): value is Record<Key, unknown> =>
  value !== null && typeof value === 'object' && keys.every((key) => key in value);

const isAmounts = (value: unknown): boolean => has(value, 'cpu', 'memory');
