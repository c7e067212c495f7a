import { GPU, quantity } from '../contract/quantity.ts';
import { type Demand, demandOf } from '../jobs/demand.ts';
import type { Job } from '../jobs/job.ts';
import type { Place } from '../jobs/manifests/index.ts';
import { recoveryOf } from '../jobs/recovery.ts';
import { KarmadaError } from '../karmada/errors.ts';
import type { Karmada, MemberCluster } from '../karmada/karmada.ts';
import { sharedAnswer } from '../shared-answer.ts';

// Karmada's scheduler breaks ties by name, and its view of free room is many seconds old: of a hundred jobs at once all would go to
// the first of two equal clusters. So we say which of the candidates it should take if it can.

export type Choice =
  | { readonly place: Place; readonly why: string }
  /** Nowhere now. */
  | { readonly place: undefined; readonly why: string };

export interface Candidates {
  /** `avoid`: only if there is no other. */
  choose(job: Job, avoid?: readonly string[]): Promise<Choice>;
  /** The same, and it is on its way there from then on: of what is chosen at the same time none counts on the same room. */
  take(job: Job, avoid?: readonly string[]): Promise<Choice & { giveBack(): void }>;
  /** Jobs of which that is so. */
  readonly onTheWay: number;
}

interface CandidateOptions {
  readonly karmada: Pick<Karmada, 'clusters'>;
  /** Clusters that the monitor cannot reach: Karmada calls them ready for another 30 to 45 s. */
  readonly unreachable: () => Promise<ReadonlySet<string>>;
  /** Nothing goes there. */
  readonly fenced: () => Promise<ReadonlySet<string>>;
  readonly now?: () => number;
}

const CLUSTERS_EVERY_MS = 5_000;
/** Each job that is sent there meanwhile stays there for minutes. */
const UNREACHABLE_EVERY_MS = 1_000;
/** Until then Karmada's summary has what was sent: it is renewed every 10 s or so after the pods were made. */
const SUMMARY_LAG_MS = 90_000;

/** A cluster, and what Karmada's summary says is free in it. */
interface Ranked {
  readonly cluster: MemberCluster;
  readonly free: Demand;
}

export function createCandidates({ fenced, karmada, unreachable, now = Date.now }: CandidateOptions): Candidates {
  const onTheWay = createOnTheWay(now);
  let last: readonly Ranked[] = [];
  const cut = sharedAnswer(
    UNREACHABLE_EVERY_MS,
    async () => new Set([...(await unreachable()), ...(await fenced())]),
    now,
  );
  const known = sharedAnswer(CLUSTERS_EVERY_MS, readClusters, now);

  async function readClusters(): Promise<readonly Ranked[]> {
    try {
      last = (await karmada.clusters()).map((cluster) => ({ cluster, free: freeIn(cluster) }));
    } catch (error) {
      // Where Karmada does not tell of its clusters it chooses among them all the same.
      const isNotTold = error instanceof KarmadaError && ['forbidden', 'garbled'].includes(error.failure);
      if (!isNotTold) throw error;
    }
    return last;
  }

  /** Whatever has to be asked for is asked for before, so that nobody else chooses between a choice and its taking. */
  async function withWhatIsKnown<T>(use: (clusters: readonly Ranked[], out: ReadonlySet<string>) => T): Promise<T> {
    const [clusters, out] = await Promise.all([known(), cut()]);
    onTheWay.forgetArrived();
    return use(clusters, out);
  }

  function choice(job: Job, avoid: readonly string[], clusters: readonly Ranked[], out: ReadonlySet<string>): Choice {
    const { clusterCount } = job.request;
    const { pinnedTo } = recoveryOf(job);
    const targetClusters = pinnedTo.length > 0 ? pinnedTo : job.request.targetClusters;
    const allowed = targetClusters.length > 0 ? targetClusters : clusters.map(({ cluster }) => cluster.name);
    const reachable = allowed.filter((name) => !out.has(name));
    if (allowed.length > 0 && reachable.length < clusterCount) return { place: undefined, why: noneOf(allowed, out) };
    const others = reachable.filter((name) => !avoid.includes(name));
    const candidates = others.length >= clusterCount ? others : reachable;

    const demand = demandOf(job);
    const ranked = clusters
      .filter(({ cluster: { name, ready } }) => ready && candidates.includes(name))
      .map(({ cluster, free }) => ({ cluster, free: less(free, onTheWay.to(cluster.name)) }))
      .sort((a, b) => compare(a.free, b.free, demand) || a.cluster.name.localeCompare(b.cluster.name));
    const chosen = ranked.length >= clusterCount ? ranked.slice(0, clusterCount) : [];
    const isAll = targetClusters.length === 0;
    const place = {
      first: chosen.map(({ cluster }) => cluster.name),
      candidates: isAll ? [] : candidates,
      without: isAll ? allowed.filter((name) => !candidates.includes(name)) : [],
      clusterCount,
    };
    return { place, why: whyOf(chosen, ranked.length, demand) };
  }

  return {
    get onTheWay() {
      return onTheWay.size;
    },

    choose: (job, avoid = []) => withWhatIsKnown((clusters, out) => choice(job, avoid, clusters, out)),

    take: (job, avoid = []) =>
      withWhatIsKnown((clusters, out) => {
        const chosen = choice(job, avoid, clusters, out);
        const demand = demandOf(job);
        const taken = (chosen.place?.first ?? []).map((cluster) => onTheWay.add(cluster, demand));
        const giveBack = () => {
          for (const each of taken) each();
        };
        return { ...chosen, giveBack };
      }),
  };
}

function freeIn({ allocatable, allocated }: MemberCluster): Demand {
  const free = (resource: string) => quantity(allocatable[resource]) - quantity(allocated[resource]);
  return { gpus: free(GPU), cpus: free('cpu'), memoryGiB: free('memory') / 2 ** 30 };
}

/** What was sent to each cluster and is not in Karmada's summary of it yet: a sum for each, whatever the number of jobs. */
function createOnTheWay(now: () => number) {
  let queue: { readonly at: number; readonly cluster: string; demand: Demand }[] = [];
  let arrived = 0;
  const sums = new Map<string, Demand>();

  function forgetArrived(): void {
    for (let next = queue[arrived]; next && now() - next.at >= SUMMARY_LAG_MS; next = queue[arrived]) {
      sums.set(next.cluster, less(sums.get(next.cluster) ?? NOTHING, next.demand));
      arrived += 1;
    }
    if (arrived * 2 < queue.length) return;
    queue = queue.slice(arrived);
    arrived = 0;
    // What fractions have left behind in sums.
    if (queue.length === 0) sums.clear();
  }

  return {
    forgetArrived,
    get size() {
      return queue.length - arrived;
    },
    to: (cluster: string): Demand => sums.get(cluster) ?? NOTHING,
    /** The answer takes it back. */
    add(cluster: string, demand: Demand): () => void {
      const entry = { at: now(), cluster, demand };
      queue.push(entry);
      sums.set(cluster, less(sums.get(cluster) ?? NOTHING, less(NOTHING, demand)));
      return () => {
        sums.set(cluster, less(sums.get(cluster) ?? NOTHING, entry.demand));
        entry.demand = NOTHING;
      };
    },
  };
}

const NOTHING: Demand = { gpus: 0, cpus: 0, memoryGiB: 0 };

const less = (a: Demand, b: Demand): Demand => ({
  gpus: a.gpus - b.gpus,
  cpus: a.cpus - b.cpus,
  memoryGiB: a.memoryGiB - b.memoryGiB,
});

/** The GPUs first, then what is scarcer of the rest: how many such jobs would find room. */
function compare(a: Demand, b: Demand, demand: Demand): number {
  const byGpus = demand.gpus > 0 ? b.gpus - a.gpus : 0;
  return byGpus || roomFor(demand, b) - roomFor(demand, a);
}

const roomFor = (demand: Demand, free: Demand): number =>
  Math.min(free.cpus / demand.cpus, free.memoryGiB / demand.memoryGiB);

function whyOf(chosen: readonly Ranked[], candidates: number, demand: Demand): string {
  if (chosen.length === 0) return 'Karmada chooses the cluster';
  const words = chosen.map(({ cluster, free }) => {
    const gpus = demand.gpus > 0 ? `${amount(free.gpus)} GPUs, ` : '';
    return `${cluster.name} has ${gpus}${amount(free.cpus)} CPUs and ${amount(free.memoryGiB)} GiB free`;
  });
  const most = candidates > chosen.length ? `, the most of ${candidates} candidates` : '';
  return `first choice: ${words.join('; ')}${most}`;
}

const amount = (value: number): string => String(Math.max(0, Math.round(value * 10) / 10));

function noneOf(allowed: readonly string[], cut: ReadonlySet<string>): string {
  const away = allowed.filter((name) => cut.has(name));
  return `too few of the clusters that it may go to can be reached; out of reach: ${away.join(', ')}`;
}
