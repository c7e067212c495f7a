import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** The server sends a comment every 15 s: silence of this length means that the line is dead, whatever TCP thinks. */
const SILENCE_MS = 40_000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;

interface StreamListener {
  onOpen(): void;
  onMessage(message: EventSourceMessage): void;
  /** Any sign of life, heartbeats too. */
  onAlive(): void;
  /** The line broke or could not be had; the next try follows by itself, unless `final`. */
  onLost(reason: unknown, final: boolean): void;
}

export interface EventStream {
  /** Tries again now instead of waiting. */
  retryNow(): void;
  close(): void;
}

/**
 * Server-Sent Events over fetch: unlike EventSource it can send an Authorization header, and it notices a dead line.
 * Resumes with Last-Event-ID, so that nothing is missed between two lines.
 */
export const openEventStream = (
  open: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>,
  listener: StreamListener,
): EventStream => {
  let lastEventId: string | undefined;
  let failures = 0;
  let closed = false;
  let waiting: { timer: ReturnType<typeof setTimeout>; done: () => void } | undefined;
  let line: AbortController | undefined;

  const readLine = async (controller: AbortController): Promise<void> => {
    const headers = { Accept: 'text/event-stream', ...(lastEventId && { 'Last-Event-ID': lastEventId }) };
    let watchdog = setTimeout(() => controller.abort(new Error('silence')), SILENCE_MS);
    try {
      const response = await open(headers, controller.signal);
      if (!response.ok || response.body === null) throw new Refused(response.status);
      failures = 0;
      listener.onOpen();
      const parser = createParser({
        onEvent: (message) => {
          if (message.id !== undefined) lastEventId = message.id;
          listener.onMessage(message);
        },
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => controller.abort(new Error('silence')), SILENCE_MS);
        listener.onAlive();
        parser.feed(chunk.value);
      }
    } finally {
      clearTimeout(watchdog);
    }
  };

  const run = async (): Promise<void> => {
    while (!closed) {
      line = new AbortController();
      try {
        await readLine(line);
        // The server ends a stream now and then, so that a withdrawn token ends with it: no reason to worry anybody.
        await pause(FIRST_RETRY_MS);
        continue;
      } catch (error) {
        if (closed) return;
        const final = error instanceof Refused && error.final;
        listener.onLost(error, final);
        if (final) return;
      }
      await pause(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++) * (0.75 + Math.random() / 2));
    }
  };

  const pause = (milliseconds: number): Promise<void> =>
    new Promise((done) => {
      if (closed) done();
      waiting = { timer: setTimeout(done, milliseconds), done };
    });

  void run();
  return {
    retryNow: () => {
      if (waiting === undefined) return;
      clearTimeout(waiting.timer);
      waiting.done();
    },
    close: () => {
      closed = true;
      line?.abort();
      clearTimeout(waiting?.timer);
    },
  };
};

class Refused extends Error {
  readonly final: boolean;
  constructor(status: number) {
    super(`The event stream was refused with ${status}.`);
    // Who may not read will not be let in by asking again; signing in opens a new stream.
    this.final = status === 401 || status === 403;
  }
}
