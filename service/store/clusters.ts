import type { Queries } from './database.ts';
import { json, statement } from './statement.ts';
import type { ClusterStore } from './store.ts';

const rememberClusters = statement('remember-clusters');
const clustersTold = statement('clusters-told');

export function createClusterStore(database: Queries): ClusterStore {
  return {
    async remember(clusters) {
      await database.query(rememberClusters, [json(clusters)]);
    },
    async told() {
      const [row] = await database.query<{ clusters: unknown; heard_at: Date }>(clustersTold);
      return row && { clusters: row.clusters, heardAt: row.heard_at };
    },
  };
}
