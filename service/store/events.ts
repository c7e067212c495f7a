import type { Database } from './database.ts';
import type { Notices } from './notices.ts';
import { type EventRow, toEvent } from './rows.ts';
import { statement, storable } from './statement.ts';
import type { EventStore } from './store.ts';

const eventsOfJob = statement('eventsOfJob');
const eventsAfter = statement('eventsAfter');
const latestEvent = statement('latestEvent');

export function createEventStore(database: Database, notices: Notices): EventStore {
  return {
    async ofJob(jobId) {
      return (await database.query<EventRow>(eventsOfJob, [storable(jobId)])).map(toEvent);
    },

    async after(id, limit) {
      const [xid, seq] = id === null ? ['0', '-1'] : parseEventId(id);
      return (await database.query<EventRow>(eventsAfter, [xid, seq, limit])).map(toEvent);
    },

    async latest() {
      return (await database.query<{ event_id: string }>(latestEvent))[0]?.event_id ?? null;
    },

    onCommit: (listener) => notices.listen('mlp_events', listener),
  };
}

/** `<transaction>-<sequence>`. A Last-Event-ID comes from outside: what is not one of ours starts at the beginning of what is kept. */
function parseEventId(id: string): [xid: string, seq: string] {
  const [, xid = '0', seq = '-1'] = /^(\d{1,18})-(\d{1,18})$/.exec(id) ?? [];
  return [xid, seq];
}
