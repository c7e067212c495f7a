import type { Queries } from './database.ts';
import { json, statement } from './statement.ts';
import type { WebhookStore } from './store.ts';

const webhookMark = statement('webhook-mark');
const webhookEnqueue = statement('webhook-enqueue');
const webhookClaim = statement('webhook-claim');
const webhookDone = statement('webhook-done');
const webhookAgain = statement('webhook-again');

export function createWebhookStore(database: Queries): WebhookStore {
  return {
    async mark(beginAt) {
      const [row] = await database.query<{ event_id: string }>(webhookMark, [beginAt]);
      // The insert of another replica may be younger than this statement's look.
      return row?.event_id;
    },

    async enqueue(mark, newMark, messages) {
      const [row] = await database.query<{ moved: number }>(webhookEnqueue, [mark, newMark, json(messages)]);
      return row?.moved === 1;
    },

    async claim(limit, forSeconds) {
      type Row = {
        event_id: string;
        job_id: string;
        body: string;
        token: string;
        attempts: number;
        age_seconds: number;
      };
      const rows = await database.query<Row>(webhookClaim, [limit, forSeconds]);
      return rows.map(({ event_id, job_id, body, token, attempts, age_seconds }) => ({
        eventId: event_id,
        jobId: job_id,
        body,
        token,
        attempts,
        ageSeconds: age_seconds,
      }));
    },

    async done({ eventId, token }) {
      await database.query(webhookDone, [eventId, token]);
    },

    async again({ eventId, token }, inSeconds) {
      await database.query(webhookAgain, [eventId, token, inSeconds]);
    },
  };
}
