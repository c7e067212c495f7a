import type { Queries } from './database.ts';
import { json, statement } from './statement.ts';
import type { LeaseNote, LeaseStore } from './store.ts';

const announceReplica = statement('announce-replica');
const holdLeases = statement('hold-leases');
const leaseNotes = statement('lease-notes');
const releaseLeases = statement('release-leases');
const retireReplica = statement('retire-replica');

export function createLeaseStore(database: Queries): LeaseStore {
  return {
    async announce(holder, forSeconds) {
      const [row] = await database.query<{ holders: string[]; now: Date }>(announceReplica, [holder, forSeconds]);
      if (!row) throw new Error('announceReplica returned no row');
      return row;
    },

    async hold(holder, names, most, forSeconds, notes = {}) {
      const rows = await database.query<{ name: string; token: string }>(holdLeases, [
        holder,
        names,
        most,
        forSeconds,
        json(notes),
      ]);
      return rows.map(({ name, token }) => ({ name, holder, token: BigInt(token) }));
    },

    async notes(prefix) {
      const rows = await database.query<{ name: string; note: LeaseNote }>(leaseNotes, [prefix]);
      return new Map(rows.map(({ name, note }) => [name, note]));
    },

    async release(leases) {
      await database.query(releaseLeases, [json(leases)]);
    },

    async retire(holder) {
      await database.query(retireReplica, [holder]);
    },
  };
}
