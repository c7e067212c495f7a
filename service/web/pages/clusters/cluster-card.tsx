import { CircleAlert, CircleCheck, MapPin } from 'lucide-react';
import { Link } from 'wouter';
import { JOB_STATES } from '../../../contract/states.ts';
import type { Cluster } from '../../api/types.ts';
import { CapacityBar } from '../../components/capacity-bar.tsx';
import { TONE_TEXT } from '../../components/state-badge.tsx';
import { STATE_TONES } from '../../lib/job-state.ts';
import { capacitiesOf } from '../../lib/quantity.ts';
import { words } from '../../lib/text.ts';
import { Freshness } from './freshness.tsx';

export function ClusterCard({ cluster }: { cluster: Cluster }) {
  const place = [cluster.region, cluster.zone].filter(Boolean).join(', ');
  const titleId = `cluster-${cluster.name}`;
  return (
    <li aria-labelledby={titleId} className="card flex flex-col gap-4 p-5">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 id={titleId} className="text-base font-semibold wrap-anywhere">
            {cluster.name}
          </h2>
          <p className="mt-0.5 flex items-center gap-1 text-ink-faint">
            <MapPin aria-hidden className="size-3.5" />
            {place || 'no region given'}
          </p>
        </div>
        <Readiness ready={cluster.ready} />
      </div>
      {!cluster.ready && (
        <p className="rounded-lg bg-failed-soft px-3 py-2 wrap-anywhere">
          <strong className="font-semibold">{words(cluster.reason) || 'No reason given'}</strong>
          {cluster.message && `: ${cluster.message}`}
        </p>
      )}
      <Jobs cluster={cluster} />
      <div className="grid gap-2.5">
        {capacitiesOf(cluster.allocatable, cluster.allocated).map((capacity) => (
          <CapacityBar key={capacity.label} capacity={capacity} />
        ))}
      </div>
      {cluster.utilisation?.why && (
        <p className="text-xs text-ink-soft wrap-anywhere">No utilisation: {cluster.utilisation.why}</p>
      )}
      <div className="mt-auto flex flex-wrap justify-between gap-x-4 gap-y-1 border-t border-line pt-3 text-xs text-ink-faint">
        <Freshness cluster={cluster} />
        <span>
          {cluster.nodes.ready} of {cluster.nodes.total} nodes · {cluster.kubernetesVersion}
        </span>
      </div>
    </li>
  );
}

function Readiness({ ready }: { ready: boolean }) {
  const Icon = ready ? CircleCheck : CircleAlert;
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium ${ready ? 'bg-succeeded-soft text-succeeded' : 'bg-failed-soft text-failed'}`}
    >
      <Icon aria-hidden className="size-3.5" />
      {ready ? 'Ready' : 'Not ready'}
    </span>
  );
}

function Jobs({ cluster }: { cluster: Cluster }) {
  return (
    <ul aria-label="Jobs" className="grid grid-cols-3 gap-1.5">
      {JOB_STATES.map((state) => (
        <li key={state}>
          <Link
            href={`/?cluster=${encodeURIComponent(cluster.name)}&state=${state}`}
            className="grid rounded-lg bg-sunken px-2 py-2 hover:bg-hover"
          >
            <span className={`text-base font-semibold tabular-nums ${TONE_TEXT[STATE_TONES[state]]}`}>
              {(cluster.states[state] ?? 0).toLocaleString()}
            </span>
            <span className="truncate text-xs text-ink-soft">{state}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
