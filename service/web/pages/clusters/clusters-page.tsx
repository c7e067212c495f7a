import { ServerOff } from 'lucide-react';
import { useClusters } from '../../api/lists.ts';
import { Failed, Loading, Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { plural } from '../../lib/text.ts';
import { ClusterCard } from './cluster-card.tsx';

const LOOK_AGAIN_MS = 5000;

export default function ClustersPage() {
  const clusters = useClusters(LOOK_AGAIN_MS);
  const ready = clusters.data?.filter((cluster) => cluster.ready).length ?? 0;
  return (
    <Page title="Clusters">
      {clusters.data === undefined ? (
        <div className="card">
          {clusters.isError ? (
            <Failed what="The clusters" error={clusters.error} retry={() => void clusters.refetch()} />
          ) : (
            <Loading what="the clusters" />
          )}
        </div>
      ) : clusters.data.length === 0 ? (
        <div className="card">
          <Notice icon={ServerOff} title="No member clusters">
            Jobs wait until an administrator joins a cluster to Karmada (<code>karmadactl join</code>). It appears here
            by itself.
          </Notice>
        </div>
      ) : (
        <>
          <p className="text-ink-soft">
            {ready} of {plural(clusters.data.length, 'cluster')} ready to take jobs.
          </p>
          <ul className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
            {clusters.data.map((cluster) => (
              <ClusterCard key={cluster.name} cluster={cluster} />
            ))}
          </ul>
        </>
      )}
    </Page>
  );
}
