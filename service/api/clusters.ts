import type { Karmada, MemberCluster } from '../karmada/karmada.ts';

/** The member clusters as Karmada lists them, asked for once however many want to know. */
export interface ClusterDirectory {
  list(): Promise<readonly MemberCluster[]>;
  /** The same; while Karmada does not answer, as it told them last. Rejects when it has told nothing yet. */
  lastKnown(): Promise<LastKnown>;
  /** The names that Karmada does not know; null when it cannot be asked and was never heard. */
  unknownAmong(names: readonly string[]): Promise<readonly string[] | null>;
}

export interface LastKnown {
  readonly clusters: readonly MemberCluster[];
  /** Since when Karmada has not answered; null when it does. */
  readonly unreachableSince: Date | null;
}

const FRESH_MS = 2000;
const TIMEOUT_MS = 3000;

export function createClusterDirectory(karmada: Karmada): ClusterDirectory {
  let asked: { at: number; answer: Promise<readonly MemberCluster[]> } | undefined;
  let lastKnown: readonly MemberCluster[] | undefined;
  let awaySince: Date | null = null;

  function list(): Promise<readonly MemberCluster[]> {
    if (asked && performance.now() - asked.at < FRESH_MS) return asked.answer;
    const answer = karmada.clusters({ timeoutMs: TIMEOUT_MS });
    const mine = { at: performance.now(), answer };
    asked = mine;
    answer.then(
      (clusters) => {
        lastKnown = clusters;
        awaySince = null;
      },
      () => {
        awaySince ??= new Date();
        if (asked === mine) asked = undefined;
      },
    );
    return answer;
  }

  return {
    list,
    async lastKnown() {
      try {
        return { clusters: await list(), unreachableSince: null };
      } catch (error) {
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
