import { once } from 'node:events';
import type { Response } from 'express';
import { z } from 'zod';
import { type Identity, mayIn, namespacesOf } from '../../auth/identity.ts';
import type { JobEvent } from '../../jobs/job.ts';
import { onAbort } from '../../signals.ts';
import type { ProgressNews } from '../../store/store.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { invalid } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { JobEventBody, jobFilters, textOnce } from '../schemas.ts';
import { turn } from '../turns.ts';
import { eventView, progressView } from '../views.ts';
import { whileAllowed } from '../while-allowed.ts';

/** Shorter than the idle time-outs of proxies (60 s is common). */
const HEARTBEAT_MS = 15_000;
/** A watcher that takes nothing for so long is dropped; it can resume where it was. */
const STALLED_MS = 30_000;

/** As the store makes them; anything else never came from us. */
const EVENT_ID = /^\d{1,18}-\d{1,18}$/;

export const eventStreamRoute = ({ events, stopping, authenticator }: ApiDependencies): Route =>
  route({
    method: 'get',
    path: '/api/v1/events',
    tag: 'Events',
    summary: 'Every transition of every job, as Server-Sent Events',
    description:
      'Each message is one JobEvent with its id. Reconnecting with Last-Event-ID goes on right after it, with no gap. Without it the stream begins now. In between, messages of the type progress, without an id, tell how far trainings are ({"progress": [{"id", "namespace", "progress"}]}: the newest of each job, at most once a second); one that was missed is in the job.',
    role: 'viewer',
    headers: z.object({ 'Last-Event-ID': z.string().optional() }),
    query: z.object({
      namespace: jobFilters.namespace,
      job: textOnce(63).optional(),
      lastEventId: textOnce(41).optional().describe('For clients that cannot send the header'),
    }),
    answers: { 200: { description: 'The stream', body: JobEventBody, type: 'text/event-stream' } },
    async handle({ query, caller, request, response }) {
      const resumeAt = request.get('last-event-id') ?? query.lastEventId ?? '';
      if (resumeAt !== '' && !EVENT_ID.test(resumeAt)) {
        throw invalid([{ path: ['Last-Event-ID'], message: 'must be the id of an event of this stream' }]);
      }
      const visible = (event: JobEvent) => mayIn(caller, 'viewer', event.namespace);
      const isAskedFor = ({ jobId, namespace }: Pick<JobEvent, 'jobId' | 'namespace'>) =>
        (query.namespace?.includes(namespace) ?? true) && (query.job === undefined || jobId === query.job);
      const wanted = (event: JobEvent) => visible(event) && isAskedFor(event);

      const namespaces = namespacesOf(caller, 'viewer') ?? undefined;
      const start = namespaces === undefined ? events.newest() : await events.newestIn(namespaces);
      const from = resumeAt === '' ? start : resumeAt;
      // With other rights they are another watcher, who comes back and is told other things.
      const allowed = whileAllowed(authenticator, response, (now) => sameGrants(now, caller));
      const stream = openStream(response, [stopping, allowed.signal]);
      let silence: (() => void) | undefined;
      try {
        if (request.method === 'HEAD') return 'streamed';
        // The id alone tells nothing to the reader, but lets a client that is cut off before its first event resume here.
        await stream.send(`retry: 1000\n${from === null ? '' : `id: ${from}\n`}\n`);
        silence = events.onProgress(
          progressTeller(stream, (news) => mayIn(caller, 'viewer', news.namespace) && isAskedFor(news)),
        );
        for await (const page of events.watch(from, stream.ended, namespaces)) {
          await turn();
          await stream.send(pageText(page, visible, wanted));
        }
      } finally {
        silence?.();
        stream.close();
        allowed.release();
      }
      return 'streamed';
    },
  });

const sameGrants = (one: Identity, other: Identity): boolean =>
  JSON.stringify(one.grants) === JSON.stringify(other.grants);

/**
 * Events that the watcher did not ask for still move its place forward, or it would read them all again when it resumes. Those that it
 * may not see do not: their ids would tell that something happened. Its past is read without them (EventHub.watch).
 */
function pageText(
  page: readonly JobEvent[],
  visible: (event: JobEvent) => boolean,
  wanted: (event: JobEvent) => boolean,
): string {
  const messages = page.filter(wanted).map(messageOf);
  const last = page.findLast(visible);
  return last && !wanted(last) ? `${messages.join('')}id: ${last.id}\n\n` : messages.join('');
}

/** What moved while a reader was busy is told when it is ready: of each job the newest. */
const MAX_UNTOLD = 10_000;

function progressTeller(stream: Pick<Stream, 'tell'>, isWanted: (news: ProgressNews) => boolean) {
  const untold = new Map<string, ProgressNews>();
  return (all: readonly ProgressNews[]): void => {
    for (const news of all) if (isWanted(news)) untold.set(news.jobId, news);
    if (untold.size === 0) return;
    const progress = [...untold.values()].map(progressView);
    const isTold = stream.tell(`event: progress\ndata: ${JSON.stringify({ progress })}\n\n`);
    // A reader that takes nothing for long finds it in the jobs.
    if (isTold || untold.size > MAX_UNTOLD) untold.clear();
  };
}

/** The same for all who are told of it. */
const texts = new WeakMap<JobEvent, string>();

function messageOf(event: JobEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = `id: ${event.id}\ndata: ${JSON.stringify(eventView(event))}\n\n`;
  texts.set(event, text);
  return text;
}

type Stream = ReturnType<typeof openStream>;

/** Writes at the pace of the reader, with heartbeats in between; ends with the reader, the service or the right to it. */
function openStream(response: Response, ends: readonly AbortSignal[]) {
  const over = new AbortController();
  const end = () => over.abort();
  response.once('close', end);
  const forget = ends.map((signal) => onAbort(signal, end));
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': alive\n\n');
  }, HEARTBEAT_MS);
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    // nginx would collect the events before passing them on.
    'X-Accel-Buffering': 'no',
  });
  return {
    ended: over.signal,
    async send(text: string): Promise<void> {
      if (text === '' || response.write(text)) return;
      const stalled = setTimeout(() => response.destroy(), STALLED_MS);
      await once(response, 'drain', { signal: over.signal }).catch(end);
      clearTimeout(stalled);
    },
    /** false: the reader is still busy with what it was sent. */
    tell(text: string): boolean {
      if (response.writableNeedDrain || over.signal.aborted) return false;
      response.write(text);
      return true;
    },
    close(): void {
      clearInterval(heartbeat);
      for (const each of forget) each();
      response.end();
    },
  };
}
