import { CircleAlert, CircleCheck } from 'lucide-react';
import { useClusters } from '../../../api/lists.ts';
import type { Cluster } from '../../../api/types.ts';
import { capacitiesOf } from '../../../lib/quantity.ts';
import { words } from '../../../lib/text.ts';
import { useField, useForm } from '../form-context.tsx';
import { Section } from './section.tsx';

const PATH = ['targetClusters'];

export function Placement() {
  const { value, set, id } = useField(PATH);
  const { errors } = useForm();
  const clusters = useClusters(10_000);
  const chosen: readonly unknown[] = Array.isArray(value) ? value : [];
  const known = clusters.data ?? [];
  const unknown = chosen.filter((name) => known.every((cluster) => cluster.name !== name));
  const wrong = errors.filter((error) => error.path[0] === 'targetClusters');
  const toggle = (name: unknown): void =>
    set(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  return (
    <Section
      id="placement"
      title="Target clusters"
      help={
        chosen.length === 0
          ? 'None chosen: any cluster that is ready may take the job.'
          : 'The job runs on one of the chosen clusters.'
      }
    >
      <fieldset id={id} tabIndex={-1}>
        <legend className="sr-only">Clusters that may run the job</legend>
        {wrong.map((error) => (
          <p key={error.message} className="mb-2 font-medium text-failed">
            {error.message}
          </p>
        ))}
        {clusters.isError && known.length === 0 && (
          <p className="text-ink-soft">
            The clusters could not be loaded. Without a choice, any ready one takes the job.
          </p>
        )}
        <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
          {known.map((cluster) => (
            <Choice
              key={cluster.name}
              cluster={cluster}
              checked={chosen.includes(cluster.name)}
              onToggle={() => toggle(cluster.name)}
            />
          ))}
          {unknown.map((name) => (
            <label key={String(name)} className="flex gap-3 rounded-lg border border-failed p-3">
              <input type="checkbox" checked onChange={() => toggle(name)} className="mt-0.5 size-4 accent-accent" />
              {String(name)}: not a member cluster
            </label>
          ))}
        </div>
      </fieldset>
    </Section>
  );
}

function Choice({ cluster, checked, onToggle }: { cluster: Cluster; checked: boolean; onToggle: () => void }) {
  const free = capacitiesOf(cluster.allocatable, cluster.allocated)
    .map(({ label, used, total, format }) => `${label} ${format(Math.max(0, total - used))}`)
    .join(', ');
  const Icon = cluster.ready ? CircleCheck : CircleAlert;
  return (
    <label className="flex cursor-pointer gap-3 rounded-lg border border-line-strong p-3 has-checked:border-accent has-checked:bg-selected has-checked:ring-1 has-checked:ring-accent">
      <input type="checkbox" checked={checked} onChange={onToggle} className="mt-0.5 size-4 accent-accent" />
      <span className="min-w-0">
        <span className="flex flex-wrap items-center gap-x-1.5 font-medium">
          {cluster.name}
          <Icon aria-hidden className={`size-3.5 ${cluster.ready ? 'text-succeeded' : 'text-failed'}`} />
          <span className={`text-xs ${cluster.ready ? 'text-succeeded' : 'text-failed'}`}>
            {cluster.ready ? 'ready' : `not ready: ${words(cluster.reason)}`}
          </span>
        </span>
        <span className="block text-xs text-ink-soft">{[cluster.region, cluster.zone].filter(Boolean).join(', ')}</span>
        {free && <span className="block text-xs text-ink-faint">Free: {free}</span>}
      </span>
    </label>
  );
}
