import { LABELS } from '../contract.ts';
import type { JobKind, WORKLOADS } from '../jobs/job.ts';
import type { Karmada } from '../karmada/karmada.ts';
import { isNotServed } from '../kube/errors.ts';
import type { KubeObject } from '../kube/kube.ts';

/** Jobs that ask within this share a request. */
const GATHER_MS = 25;
/** Ids of 63 letters in one selector: a path of 4 kB, which every server takes. */
const MAX_TOGETHER = 60;

type Resource = (typeof WORKLOADS)[JobKind]['plural'] | 'persistentvolumeclaims';

/** What is left of jobs in the members, asked for many jobs at once: each request through the proxy costs a TLS session. */
export interface Remains {
  /** undefined: there is none (any more). */
  remains(cluster: string, resource: Resource, jobId: string, signal: AbortSignal): Promise<KubeObject | undefined>;
}

interface Question {
  readonly jobId: string;
  readonly signal: AbortSignal;
  resolve(found: KubeObject | undefined): void;
  reject(error: unknown): void;
}

export function createRemains(karmada: Pick<Karmada, 'member'>): Remains {
  const waiting = new Map<string, Question[]>();

  function ask(cluster: string, resource: Resource, questions: readonly Question[]): void {
    const ids = [...new Set(questions.map(({ jobId }) => jobId))];
    const labelSelector = `${LABELS.jobId} in (${ids.join(',')})`;
    // Asked for by several: it goes on until the last of them has given up.
    const signal = questions.length === 1 ? questions[0]?.signal : undefined;
    karmada
      .member(cluster)
      .list(resource, { labelSelector, metadataOnly: true }, signal ? { signal } : {})
      .then(
        ({ items }) => {
          const found = new Map(items.map((object) => [object.metadata.labels?.[LABELS.jobId], object]));
          for (const { jobId, resolve } of questions) resolve(found.get(jobId));
        },
        (error: unknown) => {
          for (const { reject, resolve } of questions) {
            if (isNotServed(error)) resolve(undefined);
            else reject(error);
          }
        },
      );
  }

  return {
    remains(cluster, resource, jobId, signal) {
      return new Promise((resolve, reject) => {
        const key = `${cluster} ${resource}`;
        const asked = waiting.get(key);
        const questions = asked && asked.length < MAX_TOGETHER ? asked : [];
        questions.push({ jobId, signal, resolve, reject });
        if (questions === asked) return;
        waiting.set(key, questions);
        setTimeout(() => {
          if (waiting.get(key) === questions) waiting.delete(key);
          ask(cluster, resource, questions);
        }, GATHER_MS);
      });
    },
  };
}
