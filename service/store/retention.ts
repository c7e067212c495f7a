import type { Reason } from '../contract/reasons.ts';
import type { Queries } from './database.ts';
import type { Notices } from './notices.ts';
import { statement } from './statement.ts';
import type { Expired, RetentionStore } from './store.ts';

const removeJobsByAge = statement('remove-jobs-by-age');
const removeJobsOfNamespace = statement('remove-jobs-of-namespace');
const removeLogs = statement('remove-logs');
const removeEvents = statement('remove-events');
const removeKeys = statement('remove-keys');
const namespacesOver = statement('namespaces-over');
const lookAfterEnded = statement('look-after-ended');

const REMOVED: Reason = 'Deleted';

export function createRetentionStore(database: Queries, notices: Notices): RetentionStore {
  return {
    async remove(expired, limit) {
      const [statement, values] = removalOf(expired);
      const told = expired.what === 'job' ? [REMOVED] : [];
      const [row] = await database.query<{ taken: number; removed: number }>(statement, [...values, limit, ...told]);
      if (row?.taken && expired.what === 'job') notices.send('mlp_events');
      return { removed: row?.removed ?? 0, isMore: row?.taken === limit };
    },

    async namespacesOver(most) {
      type Row = { namespace: string; finished_at: Date; id: string };
      const rows = await database.query<Row>(namespacesOver, [most]);
      return rows.map(({ namespace, finished_at, id }) => ({
        what: 'job',
        namespace,
        newest: { finishedAt: finished_at, id },
      }));
    },

    async lookAfterEnded(limit) {
      const found = await database.query(lookAfterEnded, [limit]);
      if (found.length > 0) notices.send('mlp_due');
    },
  };
}

function removalOf(expired: Expired) {
  switch (expired.what) {
    case 'job':
      return 'namespace' in expired
        ? ([removeJobsOfNamespace, [expired.namespace, expired.newest.finishedAt, expired.newest.id]] as const)
        : ([removeJobsByAge, [expired.olderThanSeconds]] as const);
    case 'log':
      return [removeLogs, [expired.olderThanSeconds]] as const;
    case 'event':
      return [removeEvents, []] as const;
    case 'key':
      return [removeKeys, []] as const;
  }
}
