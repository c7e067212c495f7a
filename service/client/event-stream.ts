import { chunksOf } from './chunks.ts';
import { Reconnect, type StreamOptions } from './reconnect.ts';
import { createMessageParser } from './server-sent-events.ts';
import type { JobEvent, ProgressNews } from './types.ts';

export interface EventOptions extends StreamOptions {
  /** Of this job only. */
  readonly job?: string;
  /** Of these namespaces only, separated by commas. */
  readonly namespace?: string;
  /** Goes on right after the event of this id; without it the stream begins now. */
  readonly lastEventId?: string;
  /** How far trainings are, of each job the newest: told once, and no part of the history. */
  readonly onProgress?: (news: readonly ProgressNews[]) => void;
  /** Any sign of life, heartbeats too. */
  readonly onAlive?: () => void;
}

export interface EventStream extends AsyncIterable<JobEvent> {
  /** Where it stands, for whoever wants to go on from here another time. */
  readonly lastEventId: string | undefined;
  /** Tries again now instead of waiting, when the line is lost. */
  retryNow(): void;
}

/** The server sends a comment every 15 s. */
const SILENCE_MS = 40_000;

/**
 * Server-Sent Events over fetch: unlike EventSource it can send an Authorization header, and it notices a dead line.
 * Resumes with Last-Event-ID, so that nothing is missed between two lines.
 */
export const readEvents = (
  open: (headers: Record<string, string>) => Promise<Response>,
  options: EventOptions = {},
): EventStream => {
  const reconnect = new Reconnect(options, (status) => [400, 401, 403].includes(status));
  let lastEventId = options.lastEventId;

  async function* line(): AsyncGenerator<JobEvent, void, void> {
    const response = await open({ Accept: 'text/event-stream', ...(lastEventId && { 'Last-Event-ID': lastEventId }) });
    reconnect.opened();
    const messagesIn = createMessageParser();
    const { signal, onAlive } = options;
    for await (const chunk of chunksOf(response, { signal, silenceMs: SILENCE_MS, onAlive })) {
      for (const { id, data } of messagesIn(chunk)) {
        // Before it is handed on: a reader who leaves off with it has had it.
        lastEventId = id ?? lastEventId;
        const message = messageOf(data);
        if (isEvent(message)) yield message;
        else if (isProgress(message)) options.onProgress?.(message.progress);
      }
    }
  }

  async function* events(): AsyncGenerator<JobEvent, void, void> {
    while (!options.signal?.aborted) {
      try {
        yield* line();
        await reconnect.afterEnd();
      } catch (error) {
        if (options.signal?.aborted) return;
        await reconnect.afterFailure(error);
      }
    }
  }

  return {
    get lastEventId() {
      return lastEventId;
    },
    retryNow: () => reconnect.now(),
    [Symbol.asyncIterator]: events,
  };
};

/** What is no message of ours, of a later version say, is passed over. */
const messageOf = (data: string): unknown => {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
};

const isEvent = (message: unknown): message is JobEvent =>
  typeof message === 'object' && message !== null && 'jobId' in message;

const isProgress = (message: unknown): message is { readonly progress: readonly ProgressNews[] } =>
  typeof message === 'object' && message !== null && 'progress' in message && Array.isArray(message.progress);
