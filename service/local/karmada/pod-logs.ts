import type { SubresourceHandler } from '../kube/api-server.ts';
import { plain, streamed } from '../kube/exchange.ts';
import { listAt, type StoredObject, textAt } from '../kube/objects.ts';
import { createQueue } from '../kube/queue.ts';
import { badRequest } from '../kube/status.ts';

interface Line {
  /** In milliseconds. */
  readonly at: number;
  /** As a kubelet prints it: nine digits of a second. */
  readonly stamp: string;
  readonly text: string;
}

interface ContainerLog {
  readonly lines: Line[];
  readonly followers: Set<(line: Line) => void>;
}

/** What the containers of one member wrote, served like a kubelet serves it. */
export interface PodLogs {
  write(pod: StoredObject, container: string, text: string): void;
  /** The container has ended: followers get no more. */
  end(pod: StoredObject): void;
  /** The container is another one from now on; of those before, the kubelet has the last. */
  startAgain(pod: StoredObject, container: string): void;
  forget(podUid: string): void;
  readonly answer: SubresourceHandler;
}

const MAX_LINES = 20_000;

/** No two alike, and each later than the one before: a container's runtime stamps line after line. */
function createClock(): () => Pick<Line, 'at' | 'stamp'> {
  let last = 0;
  let nth = 0;
  return () => {
    const at = Math.max(Date.now(), last);
    nth = at === last ? nth + 1 : 0;
    last = at;
    return { at, stamp: `${new Date(at).toISOString().slice(0, -1)}${String(nth).padStart(6, '0')}Z` };
  };
}

export function createPodLogs(): PodLogs {
  const logs = new Map<string, ContainerLog>();
  const previous = new Map<string, ContainerLog>();
  const ends = new Map<string, Set<() => void>>();
  const now = createClock();
  const keyOf = (uid: string, container: string): string => `${uid}/${container}`;

  function logOf(uid: string, container: string): ContainerLog {
    const key = keyOf(uid, container);
    const log = logs.get(key) ?? { lines: [], followers: new Set() };
    logs.set(key, log);
    return log;
  }

  function endFollowers(uid: string): void {
    for (const end of ends.get(uid) ?? []) end();
    ends.delete(uid);
  }

  return {
    write(pod, container, text) {
      const log = logOf(pod.metadata.uid, container);
      const line = { ...now(), text };
      log.lines.push(line);
      if (log.lines.length > MAX_LINES) log.lines.splice(0, MAX_LINES / 10);
      for (const follow of log.followers) follow(line);
    },
    end: (pod) => endFollowers(pod.metadata.uid),
    startAgain(pod, container) {
      const key = keyOf(pod.metadata.uid, container);
      endFollowers(pod.metadata.uid);
      previous.set(key, logOf(pod.metadata.uid, container));
      logs.delete(key);
    },
    forget(podUid) {
      endFollowers(podUid);
      for (const key of logs.keys()) {
        if (key.startsWith(`${podUid}/`)) logs.delete(key);
      }
      for (const key of previous.keys()) {
        if (key.startsWith(`${podUid}/`)) previous.delete(key);
      }
    },

    answer({ query, signal }, _route, pod) {
      const container = containerOf(pod, query.get('container'));
      const phase = textAt(pod, 'status', 'phase');
      if (phase === 'Pending') {
        throw badRequest(
          `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${waitingReason(pod) ?? 'ContainerCreating'}`,
        );
      }
      const isPrevious = query.get('previous') === 'true';
      const started = previous.get(keyOf(pod.metadata.uid, container));
      if (isPrevious && !started) {
        throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
      }
      const log = isPrevious && started ? started : logOf(pod.metadata.uid, container);
      const stamps = query.get('timestamps') === 'true';
      const show = ({ stamp, text }: Line): string => `${stamps ? `${stamp} ` : ''}${text}\n`;
      const written = chosen(log.lines, query).map(show).join('');
      if (query.get('follow') !== 'true') return plain(200, limited(written, query.get('limitBytes')));

      const queue = createQueue<string>(signal, () => {
        log.followers.delete(follow);
        ends.get(pod.metadata.uid)?.delete(queue.close);
      });
      const follow = (line: Line): void => queue.push(show(line));
      if (written !== '') queue.push(written);
      log.followers.add(follow);
      const ending = ends.get(pod.metadata.uid) ?? new Set();
      ends.set(pod.metadata.uid, ending.add(queue.close));
      if (phase !== 'Running') queue.close();
      return streamed('text/plain; charset=utf-8', queue);
    },
  };
}

function containerOf(pod: StoredObject, asked: string | null): string {
  const names = listAt(pod, 'spec', 'containers').map((container) => textAt(container, 'name') ?? '');
  const [first = ''] = names;
  if (asked === null) {
    if (names.length === 1) return first;
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
    );
  }
  if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  return asked;
}

const waitingReason = (pod: StoredObject): string | undefined =>
  listAt(pod, 'status', 'containerStatuses')
    .map((status) => textAt(status, 'state', 'waiting', 'reason'))
    .find((reason) => reason !== undefined);

function chosen(lines: readonly Line[], query: URLSearchParams): readonly Line[] {
  const tail = query.get('tailLines');
  const seconds = query.get('sinceSeconds');
  const recent = seconds === null ? lines : lines.filter(({ at }) => at >= Date.now() - Number(seconds) * 1_000);
  return tail === null ? recent : recent.slice(recent.length - Math.min(recent.length, Number(tail)));
}

const limited = (text: string, limit: string | null): string =>
  limit === null ? text : Buffer.from(text).subarray(0, Number(limit)).toString('utf8');
