import type { z } from 'zod';
import type { CommonSettings } from './fragments.ts';

type Context = z.core.$RefinementCtx<unknown>;

/** Rules between fields that every stack has. The message says what is allowed; the loader adds path and value. */
export function commonRules(settings: CommonSettings, context: Context): void {
  visit(settings, [], (value, path) => {
    if (isPair(value)) limitsNotBelowRequests(value, path, context);
    if (isScaled(value)) maximumNotBelowReplicas(value, path, context);
    if (path.at(-1) === 'extraVolumes' && Array.isArray(value)) volumesApart(value, path, context);
    if (settings.production && path.at(-1) === 'tag' && value === 'latest') {
      context.addIssue({
        code: 'custom',
        path,
        message: 'a version that is pinned; production settings refuse latest',
      });
    }
  });
}

/** An image without a registry is one that was built on the node: pulling it Always can only fail. */
export function localImagesNotPulledAlways({ images }: CommonSettings, context: Context): void {
  if (images.pullPolicy !== 'Always' || images.registry !== '') return;
  context.addIssue({
    code: 'custom',
    path: ['images', 'pullPolicy'],
    message: 'IfNotPresent or Never while images.registry is empty, for those images are on the node alone',
  });
}

type Path = (string | number)[];

function visit(value: unknown, path: Path, each: (value: unknown, path: Path) => void): void {
  each(value, path);
  if (value === null || typeof value !== 'object') return;
  for (const [key, child] of Object.entries(value)) {
    visit(child, [...path, Array.isArray(value) ? Number(key) : key], each);
  }
}

const has = <Key extends string>(value: unknown, ...keys: Key[]): value is Record<Key, unknown> =>
  value !== null && typeof value === 'object' && keys.every((key) => key in value);

const isAmounts = (value: unknown): value is Record<'cpu' | 'memory', string> => has(value, 'cpu', 'memory');

interface Pair {
  requests: Record<'cpu' | 'memory', string>;
  limits: Record<'cpu' | 'memory', string>;
}
const isPair = (value: unknown): value is Pair =>
  has(value, 'requests', 'limits') && isAmounts(value.requests) && isAmounts(value.limits);

interface Scaled {
  replicas: number;
  autoscaling: { enabled: boolean; maxReplicas: number };
}
const isScaled = (value: unknown): value is Scaled => has(value, 'replicas', 'autoscaling');

function limitsNotBelowRequests({ limits, requests }: Pair, path: Path, context: Context): void {
  for (const name of ['cpu', 'memory'] as const) {
    if (amount(limits[name]) < amount(requests[name])) {
      context.addIssue({
        code: 'custom',
        path: [...path, 'limits', name],
        message: `at least the request, which is ${requests[name]}`,
      });
    }
  }
}

function maximumNotBelowReplicas({ autoscaling, replicas }: Scaled, path: Path, context: Context): void {
  if (autoscaling.enabled && autoscaling.maxReplicas < replicas) {
    context.addIssue({
      code: 'custom',
      path: [...path, 'autoscaling', 'maxReplicas'],
      message: `at least replicas, which is ${replicas}`,
    });
  }
}

/** A pod names each volume once, and mounts one thing in a place. */
function volumesApart(volumes: Record<'name' | 'mountPath', string>[], path: Path, context: Context): void {
  for (const field of ['name', 'mountPath'] as const) {
    for (const [index, volume] of volumes.entries()) {
      if (volumes.findIndex((other) => other[field] === volume[field]) === index) continue;
      context.addIssue({
        code: 'custom',
        path: [...path, index, field],
        message: 'one that no other extra volume has',
      });
    }
  }
}

const UNITS: Record<string, number> = { m: 1e-3, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** A quantity ("500m", "1Gi") as a number. */
export function amount(quantity: string): number {
  const unit = /[a-zA-Z]+$/.exec(quantity)?.[0] ?? '';
  return Number.parseFloat(quantity) * (UNITS[unit] ?? 1);
}
