import { readFile } from 'node:fs/promises';
import { setTimeout as rest } from 'node:timers/promises';
import type { Logger } from 'pino';
import { withSignals } from '../signals.ts';
import type { Store, WebhookMessage } from '../store/store.ts';
import { messageOf, noticeOf } from './message.ts';
import { readSecret, signedHeaders } from './signature.ts';

interface WebhookConfig {
  readonly url: string;
  /** Read for each round, so that a secret can be changed in place. */
  readonly secretFile: string;
}

export interface Webhook {
  start(): void;
  /** What is being sent is finished or given up; what was not sent is sent after the next start. */
  stop(): Promise<void>;
}

interface Pace {
  readonly lookEveryMs: number;
  readonly firstPauseSeconds: number;
}
const PACE: Pace = { lookEveryMs: 1000, firstPauseSeconds: 5 };

const EVENTS_AT_ONCE = 1000;
const MESSAGES_AT_ONCE = 20;
const ANSWER_TIMEOUT_MS = 10_000;
/** Longer than an answer may take, so that no other replica sends a message while we do. */
const CLAIM_SECONDS = 60;
const MAX_PAUSE_SECONDS = 3600;
const GIVE_UP_SECONDS = 3 * 24 * 3600;

/**
 * Tells a webhook of jobs that end or get stuck. Every replica does the same: the database decides which of them turns an event into a
 * message, and which sends it. A message is sent until it is taken, at least once: its id tells a repetition.
 */
export function createWebhook(
  { url, secretFile }: WebhookConfig,
  store: Pick<Store, 'events' | 'webhook'>,
  log: Logger,
  pace = PACE,
): Webhook {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await enqueueNews();
        await sendDue();
      } catch (error) {
        if (!stopping.signal.aborted) log.warn({ err: error }, 'The webhook waits: what is to be sent cannot be read');
      }
      await rest(pace.lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  /** Moves the mark over the events that came, and adds the messages that follow from them. */
  async function enqueueNews(): Promise<void> {
    for (let full = true; full && !stopping.signal.aborted; ) {
      const mark = await store.webhook.mark((await store.events.latest()) ?? '0-0');
      if (mark === undefined) return;
      const events = await store.events.after(mark, EVENTS_AT_ONCE);
      const last = events.at(-1);
      if (!last) return;
      full = events.length === EVENTS_AT_ONCE;
      const messages = events.flatMap((event) => {
        const type = noticeOf(event);
        return type ? [{ eventId: event.id, jobId: event.jobId, body: messageOf(type, event) }] : [];
      });
      // Another replica was quicker: it has added what there was to add.
      if (!(await store.webhook.enqueue(mark, last.id, messages))) return;
    }
  }

  async function sendDue(): Promise<void> {
    for (let full = true; full && !stopping.signal.aborted; ) {
      const messages = await store.webhook.claim(MESSAGES_AT_ONCE, CLAIM_SECONDS);
      if (messages.length === 0) return;
      full = messages.length === MESSAGES_AT_ONCE;
      const secret = readSecret(await readFile(secretFile, 'utf8'));
      await Promise.all(messages.map((message) => send(message, secret)));
    }
  }

  async function send(message: WebhookMessage, secret: Buffer): Promise<void> {
    const failure = await failureOf(message, secret);
    const about = { job: message.jobId, attempts: message.attempts, failure };
    if (failure === null) return await store.webhook.done(message);
    if (message.ageSeconds > GIVE_UP_SECONDS) {
      log.error(about, 'The webhook has not taken a message for three days: it is given up');
      return await store.webhook.done(message);
    }
    // Twice as long each time, and not all at the same moment.
    const pause = Math.min(MAX_PAUSE_SECONDS, pace.firstPauseSeconds * 2 ** (message.attempts - 1));
    const inSeconds = pause * (0.5 + Math.random() / 2);
    log.warn({ ...about, inSeconds: Math.round(inSeconds) }, 'The webhook did not take a message: it is sent again');
    await store.webhook.again(message, inSeconds);
  }

  /** null: taken. An address that sends us on is not followed: the message is for the one that was set. */
  async function failureOf({ eventId, body }: WebhookMessage, secret: Buffer): Promise<string | null> {
    try {
      return await withSignals([stopping.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)], async (signal) => {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', ...signedHeaders(eventId, body, secret, new Date()) },
          body,
          redirect: 'manual',
          signal,
        });
        await response.body?.cancel();
        return response.ok ? null : `it answered ${response.status}`;
      });
    } catch (error) {
      const { message, cause } = error as Error;
      return cause instanceof Error ? cause.message : message;
    }
  }

  return {
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
