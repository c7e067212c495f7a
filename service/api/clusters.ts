import type { Logger } from 'pino';
import { z } from 'zod';
import type { Karmada, MemberCluster } from '../karmada/karmada.ts';
import { sharedAnswer } from '../shared-answer.ts';
import type { ClusterStore } from '../store/store.ts';

/** The member clusters as Karmada lists them, asked for once however many want to know. */
export interface ClusterDirectory {
  list(): Promise<readonly MemberCluster[]>;
  /** The same; while Karmada does not answer, as it told them last, this replica or one before. Rejects when it has told nothing yet. */
  lastKnown(): Promise<LastKnown>;
  /** The names that Karmada does not know; null when it cannot be asked and was never heard. */
  unknownAmong(names: readonly string[]): Promise<readonly string[] | null>;
}

interface LastKnown {
  readonly clusters: readonly MemberCluster[];
  /** Since when Karmada has not answered; null when it does. */
  readonly unreachableSince: Date | null;
}

const FRESH_MS = 2000;
const TIMEOUT_MS = 3000;

/** So often what is the same is written again: a replica that starts then says since when Karmada has been away, to a minute. */
const REMEMBER_EVERY_MS = 60_000;

interface Dependencies {
  readonly karmada: Pick<Karmada, 'clusters'>;
  /** Outlives a restart. */
  readonly memory: ClusterStore;
  readonly log: Pick<Logger, 'warn'>;
}

export function createClusterDirectory({ karmada, memory, log }: Dependencies): ClusterDirectory {
  let lastKnown: readonly MemberCluster[] | undefined;
  let awaySince: Date | null = null;

  let remembered = { at: Number.NEGATIVE_INFINITY, text: '' };

  function remember(clusters: readonly MemberCluster[]): void {
    const text = JSON.stringify(clusters);
    const isKnown = text === remembered.text && performance.now() - remembered.at < REMEMBER_EVERY_MS;
    if (isKnown) return;
    remembered = { at: performance.now(), text };
    memory.remember(clusters).catch((error) => {
      remembered = { at: Number.NEGATIVE_INFINITY, text: '' };
      log.warn({ err: error }, 'What Karmada tells of its clusters could not be written down; it is tried again');
    });
  }

  /** What was told before this replica started. */
  async function recall(): Promise<void> {
    const told = await memory.told();
    const parsed = MEMBERS.safeParse(told?.clusters);
    if (lastKnown || !told || !parsed.success) return;
    lastKnown = parsed.data;
    awaySince = told.heardAt;
  }

  const list = sharedAnswer(FRESH_MS, async () => {
    try {
      lastKnown = await karmada.clusters({ timeoutMs: TIMEOUT_MS });
    } catch (error) {
      awaySince ??= new Date();
      throw error;
    }
    awaySince = null;
    remember(lastKnown);
    return lastKnown;
  });

  return {
    list,
    async lastKnown() {
      try {
        return { clusters: await list(), unreachableSince: null };
      } catch (error) {
        if (!lastKnown) await recall();
        if (!lastKnown) throw error;
        return { clusters: lastKnown, unreachableSince: awaySince };
      }
    },
    async unknownAmong(names) {
      const missing = () => names.filter((name) => !lastKnown?.some((cluster) => cluster.name === name));
      if (lastKnown && missing().length === 0) return [];
      // A name that is new to us may be a cluster that has just joined.
      const heard = await list().then(
        () => true,
        () => false,
      );
      return heard || lastKnown ? missing() : null;
    },
  };
}

const quantities = z.record(z.string(), z.string());

/** As another version of this service may have written them. */
const MEMBERS = z.array(
  z.object({
    name: z.string(),
    ready: z.boolean(),
    reason: z.string(),
    message: z.string(),
    region: z.string(),
    zone: z.string(),
    kubernetesVersion: z.string(),
    nodes: z.object({ total: z.number(), ready: z.number() }),
    allocatable: quantities,
    allocated: quantities,
  }),
) satisfies z.ZodType<readonly MemberCluster[]>;
