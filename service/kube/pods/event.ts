import { z } from 'zod';

const eventSchema = z.object({
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  message: z.string().default(''),
  count: z.number().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  firstTimestamp: z.string().nullish(),
  involvedObject: z.looseObject({ kind: z.string().default(''), name: z.string().default('') }).prefault({}),
});

/** What a cluster has to say about one of its objects. */
export interface ClusterEvent {
  /** When it was last seen; null when nothing tells. */
  readonly at: string | null;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly about: { readonly kind: string; readonly name: string };
  readonly count: number;
}

export function readEvent(object: unknown): ClusterEvent {
  const { count, eventTime, firstTimestamp, involvedObject, lastTimestamp, ...event } = eventSchema.parse(object);
  const { kind, name } = involvedObject;
  return {
    ...event,
    at: lastTimestamp ?? eventTime ?? firstTimestamp ?? null,
    about: { kind, name },
    count: count ?? 1,
  };
}
