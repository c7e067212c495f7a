import { EVENT } from '../kube/kinds.ts';
import type { Kube } from '../kube/kube.ts';
import { createRates } from '../reports/rates.ts';
import { type Seen, type Trouble, troubleIn, whoseEvents } from '../trainingjob/index.ts';
import { type Clock, systemClock } from './clock.ts';

interface WaitingOptions {
  readonly kube: Kube;
  readonly clock?: Clock;
  readonly onTrouble: (error: unknown) => void;
}

export interface Waiting {
  /** What events say about a job that waits, as far as it is known; asked for anew now and then. */
  why(key: string, namespace: string, seen: Seen): Promise<Trouble | undefined>;
  /** When it may be worth asking. */
  nextMs(key: string): number;
  forget(key: string): void;
}

interface Known {
  readonly jobUid: string;
  readonly since: number;
  askedAt: number;
  trouble: Trouble | undefined;
}

/** A job that has just begun waits for nothing in particular. */
const PATIENCE_MS = 3_000;
const ASK_EVERY_MS = 10_000;
/** Of all jobs together: when a cluster is full, thousands wait, and for the same reason. */
const RATE = { burst: 10, perSecond: 5 };
const TIMEOUT_MS = 5_000;
/** One that was not let ask is not let ask at once. */
const MIN_WAIT_MS = 1_000;

export function createWaiting({ clock = systemClock, kube, onTrouble }: WaitingOptions): Waiting {
  const known = new Map<string, Known>();
  const mayAsk = createRates(RATE, clock);

  const dueInMs = ({ askedAt, since }: Known): number =>
    Math.max(since + PATIENCE_MS, askedAt + ASK_EVERY_MS) - clock.now();

  async function ask(namespace: string, seen: Seen): Promise<Trouble | undefined> {
    const lists = whoseEvents(seen).map((uid) =>
      kube.list(EVENT, { namespace, fieldSelector: `involvedObject.uid=${uid}` }, { timeoutMs: TIMEOUT_MS }),
    );
    return troubleIn((await Promise.all(lists)).flatMap(({ items }) => items));
  }

  return {
    async why(key, namespace, seen) {
      const { batchJob } = seen;
      if (!batchJob) return undefined;
      const now = clock.now();
      const before = known.get(key);
      const fresh = { jobUid: batchJob.uid, since: now, askedAt: Number.NEGATIVE_INFINITY, trouble: undefined };
      const entry = before?.jobUid === batchJob.uid ? before : fresh;
      known.set(key, entry);
      if (dueInMs(entry) > 0 || !mayAsk('events')) return entry.trouble;
      entry.askedAt = now;
      try {
        entry.trouble = await ask(namespace, seen);
      } catch (error) {
        // What is not known is no reason to stop.
        onTrouble(error);
      }
      return entry.trouble;
    },
    nextMs(key) {
      const entry = known.get(key);
      return entry ? Math.max(MIN_WAIT_MS, dueInMs(entry)) : ASK_EVERY_MS;
    },
    forget: (key) => void known.delete(key),
  };
}
