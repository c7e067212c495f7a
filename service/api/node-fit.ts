import { GPU, quantity } from '../contract/quantity.ts';
import type { JobRequest } from '../jobs/request.ts';
import type { Karmada, MemberCluster } from '../karmada/karmada.ts';
import { KubeError } from '../kube/errors.ts';
import type { KubeObject } from '../kube/kube.ts';

/** What one instance asks for, or one node has. */
interface Size {
  readonly cpu: number;
  readonly memory: number;
  readonly gpus: number;
}

/** A cluster that may get the job, by the size of its nodes; how much of them is free is dispatch's question (dispatch/candidates.ts). */
export interface NodeFit {
  readonly cluster: string;
  readonly ready: boolean;
  /** Whether one of its nodes is large enough for an instance when it is empty; null: not known. */
  readonly fits: boolean | null;
  readonly message: string;
}

type JudgeNodes = (request: JobRequest, clusters: readonly MemberCluster[]) => Promise<NodeFit[]>;

const GIB = 2 ** 30;
const TIMEOUT_MS = 3000;
/** Nodes come and go slowly, and a person asks several times. */
const FRESH_MS = 60_000;
/** A cluster with more of them is not judged by some. */
const MAX_NODES = 1000;
/** In one answer, which is parsed in one piece; a node with its images is tens of kB. */
const PAGE = 100;
const MAX_CLUSTERS = 50;

export function createNodeJudge(karmada: Pick<Karmada, 'member'>): JudgeNodes {
  const known = new Map<string, { at: number; sizes: Promise<readonly Size[] | undefined> }>();

  function sizesIn(cluster: string): Promise<readonly Size[] | undefined> {
    const asked = known.get(cluster);
    if (asked && performance.now() - asked.at < FRESH_MS) return asked.sizes;
    const sizes = readSizes(karmada, cluster).catch((error) => {
      known.delete(cluster);
      if (error instanceof KubeError) return undefined;
      throw error;
    });
    known.set(cluster, { at: performance.now(), sizes });
    return sizes;
  }

  return async (request, clusters) => {
    const { targetClusters, resources } = request;
    const named = clusters.filter(({ name }) => targetClusters.length === 0 || targetClusters.includes(name));
    const { cpuCores, memoryGiB, gpuCount } = resources.instanceResources;
    const wanted = { cpu: cpuCores, memory: memoryGiB * GIB, gpus: gpuCount };
    return Promise.all(
      named.map(async ({ name, ready, message }, index): Promise<NodeFit> => {
        if (!ready) return { cluster: name, ready, fits: null, message };
        const sizes = index < MAX_CLUSTERS ? await sizesIn(name) : undefined;
        if (sizes === undefined)
          return { cluster: name, ready, fits: null, message: 'Its nodes could not be looked at' };
        const fits = sizes.some((size) => holds(size, wanted));
        return {
          cluster: name,
          ready,
          fits,
          message: fits ? 'An empty node of it holds an instance' : tooSmall(sizes),
        };
      }),
    );
  };
}

const holds = (node: Size, wanted: Size): boolean =>
  node.cpu >= wanted.cpu && node.memory >= wanted.memory && node.gpus >= wanted.gpus;

function tooSmall(sizes: readonly Size[]): string {
  if (sizes.length === 0) return 'It has no nodes';
  const most = (part: keyof Size) => Math.max(...sizes.map((size) => size[part]));
  const gib = Math.floor((most('memory') / GIB) * 10) / 10;
  return `No node of it holds an instance: they have up to ${most('cpu')} cores, ${gib} GiB and ${most('gpus')} GPUs`;
}

async function readSizes(karmada: Pick<Karmada, 'member'>, cluster: string): Promise<readonly Size[] | undefined> {
  const { items } = await karmada
    .member(cluster)
    .list('nodes', { limit: MAX_NODES, page: PAGE }, { timeoutMs: TIMEOUT_MS });
  return items.length < MAX_NODES ? items.map(sizeOf) : undefined;
}

function sizeOf(node: KubeObject): Size {
  const { allocatable = {} } = (node.status ?? {}) as { allocatable?: Record<string, string> };
  return { cpu: quantity(allocatable.cpu), memory: quantity(allocatable.memory), gpus: quantity(allocatable[GPU]) };
}
