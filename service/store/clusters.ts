import type { Reason } from '../contract/reasons.ts';
import type { Queries } from './database.ts';
import type { Notices } from './notices.ts';
import { json, statement, storable } from './statement.ts';
import type { ClusterStore, Fence, LeftBehind } from './store.ts';

const rememberClusters = statement('remember-clusters');
const clustersTold = statement('clusters-told');
const fences = statement('fences');
const fenceCluster = statement('fence-cluster');
const unfenceCluster = statement('unfence-cluster');
const leftBehind = statement('left-behind');
const leftoversGone = statement('leftovers-gone');
const LEFTOVERS_GONE: Reason = 'LeftoversGone';

export function createClusterStore(database: Queries, notices: Notices): ClusterStore {
  return {
    async remember(clusters) {
      await database.query(rememberClusters, [json(clusters)]);
    },
    async told() {
      const [row] = await database.query<{ clusters: unknown; heard_at: Date }>(clustersTold);
      return row && { clusters: row.clusters, heardAt: row.heard_at };
    },

    fences: () => database.query<Fence>(fences),
    async fence(cluster, by, reason) {
      await database.query(fenceCluster, [cluster, storable(by), storable(reason)]);
    },
    async unfence(cluster) {
      return (await database.query(unfenceCluster, [cluster])).length > 0;
    },
    leftBehind: (cluster, most) => database.query<LeftBehind>(leftBehind, [cluster, most]),
    async leftoversGone(cluster, gone, message) {
      await database.query(leftoversGone, [json(gone), cluster, message, LEFTOVERS_GONE]);
      notices.send('mlp_events');
    },
  };
}
