import { setTimeout as sleep } from 'node:timers/promises';
import type { Queries } from './database.ts';
import type { Notices } from './notices.ts';
import { type EventRow, toEvent } from './rows.ts';
import { statement, storable } from './statement.ts';
import type { EventStore } from './store.ts';

const eventsOfJob = statement('events-of-job');
const eventsAfter = statement('events-after');
const eventsAfterIn = statement('events-after-in');
const latestEvent = statement('latest-event');
const latestEventIn = statement('latest-event-in');

/** Of one job's history, the newest. */
const MAX_OF_JOB = 1000;
/** Most transactions that hold an event back end within a moment. */
const ATTEMPTS = 3;
const PAUSE_MS = 3;

/** One row without an event when the page is empty. */
type PageRow = { readonly held: boolean } & (EventRow | { readonly event_id: null });

export function createEventStore(database: Queries, readers: Queries, notices: Notices): EventStore {
  return {
    async ofJob(jobId) {
      return (await readers.query<EventRow>(eventsOfJob, [storable(jobId), MAX_OF_JOB])).map(toEvent);
    },

    async after(id, limit, namespaces) {
      const [xid, seq] = id === null ? ['0', '-1'] : parseEventId(id);
      for (let attempt = 1; ; attempt++) {
        const rows =
          namespaces === undefined
            ? await database.query<PageRow>(eventsAfter, [xid, seq, limit])
            : await database.query<PageRow>(eventsAfterIn, [xid, seq, limit, namespaces]);
        const events = rows.flatMap((row) => (row.event_id === null ? [] : [toEvent(row)]));
        const isHeld = events.length < limit && rows[0]?.held === true;
        if (events.length > 0 || !isHeld || attempt === ATTEMPTS) {
          // What holds them back need not be one of ours, which would notify when it ends.
          if (isHeld) notices.wakeSoon('mlp_events');
          return events;
        }
        await sleep(PAUSE_MS);
      }
    },

    async latest(namespaces) {
      const [row] =
        namespaces === undefined
          ? await database.query<{ event_id: string }>(latestEvent)
          : await database.query<{ event_id: string }>(latestEventIn, [namespaces]);
      return row?.event_id ?? null;
    },

    onCommit: (listener) => notices.listen('mlp_events', listener),
  };
}

/** `<transaction>-<sequence>`. A Last-Event-ID comes from outside: what is not one of ours starts at the beginning of what is kept. */
function parseEventId(id: string): [xid: string, seq: string] {
  const [, xid = '0', seq = '-1'] = /^(\d{1,18})-(\d{1,18})$/.exec(id) ?? [];
  return [xid, seq];
}
