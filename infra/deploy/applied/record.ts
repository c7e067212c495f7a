import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { idOf, keyOf, type ObjectKey } from '../kube/objects.ts';
import type { Objects } from '../target.ts';
import { isData } from './apply-set.ts';

/** What this command has applied of an installation. */
export interface AppliedRecord {
  /** All that may be in the clusters because of us: noted before it is applied, forgotten once it is pruned. */
  readonly applied: Readonly<Record<Part, readonly ObjectKey[]>>;
  /** Fingerprint of what was begun and has not come to its end. */
  readonly begun?: string;
  /** The last deployment that came to its end, and the one before. */
  readonly deployed?: Deployed;
  readonly before?: Deployed;
}

export interface Deployed {
  readonly environment: string;
  /** When it came to its end. */
  readonly at: string;
  readonly objects: Objects;
}

export type Part = keyof Objects;

export interface Wanted {
  readonly environment: string;
  readonly objects: Objects;
  /** The parts that are applied and pruned this time. */
  readonly parts: readonly Part[];
}

export const NOTHING_APPLIED: AppliedRecord = { applied: { platform: [], karmada: [] } };

/** What a rollback goes to: where the newest did not come to its end, the last that did; else the one before it. */
export const earlierThan = ({ before, begun, deployed }: AppliedRecord): Deployed | undefined =>
  begun === undefined ? before : deployed;

/** Before anything is applied, so that whatever happens next is known to be ours. */
export function withBegun(record: AppliedRecord, wanted: Wanted): AppliedRecord {
  const { environment, objects, parts } = wanted;
  const applied = eachPart((part) =>
    parts.includes(part) ? unique([...record.applied[part], ...objects[part]]) : record.applied[part],
  );
  // With the rights in Karmada alone nothing runs yet that a rollback could go back to.
  if (!parts.includes('platform')) return { ...record, applied };
  const { begun: _, ...rest } = record;
  const { deployed } = record;
  const isDeployed = isDeepStrictEqual([deployed?.environment, deployed?.objects], [environment, objects]);
  return { ...rest, applied, ...(!isDeployed && { begun: fingerprint(wanted) }) };
}

/** All of it runs, and what is no longer part of it is gone. */
export function withDeployed(record: AppliedRecord, wanted: Wanted, at: Date): AppliedRecord {
  const { environment, objects, parts } = wanted;
  // What holds data is never pruned, and destroy must still know of it.
  const applied = eachPart((part) =>
    parts.includes(part) ? unique([...record.applied[part].filter(isData), ...objects[part]]) : record.applied[part],
  );
  if (!parts.includes('platform') || record.begun === undefined) return { ...record, applied };
  const deployed = { environment, at: at.toISOString(), objects };
  return { applied, deployed, ...(record.deployed && { before: record.deployed }) };
}

const eachPart = <Value>(each: (part: Part) => Value): Record<Part, Value> => ({
  platform: each('platform'),
  karmada: each('karmada'),
});

export const unique = (objects: readonly ObjectKey[]): ObjectKey[] => [
  ...new Map(objects.map((each) => [idOf(each), keyOf(each)])).values(),
];

const fingerprint = ({ environment, objects }: Wanted): string =>
  createHash('sha256')
    .update(JSON.stringify([environment, objects]))
    .digest('hex');
