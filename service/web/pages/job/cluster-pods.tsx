import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react';
import type { Job, JobPods } from '../../api/types.ts';
import { Age } from '../../components/time.tsx';
import { sentence, words } from '../../lib/text.ts';

type ClusterPodsData = JobPods['clusters'][number];
type Pod = ClusterPodsData['pods'][number];

/** The pods of one cluster, those in trouble with what it says and what to do; then the cluster's own events about them. */
export function ClusterPods({
  cluster: { cluster, error, pods, events },
  kind,
}: {
  cluster: ClusterPodsData;
  kind: Job['kind'];
}) {
  const warnings = events.filter((event) => event.type !== 'Normal');
  return (
    <div className="mt-3 grid gap-3">
      <h3 className="text-xs font-medium text-ink-faint">In {cluster}</h3>
      {error && (
        <p className="flex gap-2 text-ink-soft wrap-anywhere">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-pending" />
          {cluster} cannot be asked for its pods just now: {error}
        </p>
      )}
      <ul className="grid gap-3">
        {pods.map((pod) => (
          <PodLine key={pod.name} pod={pod} role={roleOf(pod, kind)} />
        ))}
      </ul>
      {warnings.length > 0 && (
        <>
          <h3 className="mt-2 text-xs font-medium text-ink-faint">Warnings of the cluster</h3>
          <ul className="grid gap-2.5">
            {warnings.map((event) => (
              <li key={`${event.object}-${event.reason}-${event.message}`} className="min-w-0 wrap-anywhere">
                <span className="font-medium">{words(event.reason)}</span>{' '}
                <span className="text-xs text-ink-faint">
                  {event.count > 1 && `${event.count} times, `}
                  {event.at && <Age at={event.at} suffix=" ago" />} · {event.object}
                </span>
                <p className="text-ink-soft">{event.message}</p>
                <Advice text={event.advice} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

const looksOf = (pod: Pod) => {
  if (pod.ready || pod.phase === 'Succeeded') return { Icon: CircleCheck, tone: 'text-succeeded' };
  if (pod.phase === 'Failed' || pod.reason !== null) return { Icon: CircleAlert, tone: 'text-failed' };
  return { Icon: CircleDashed, tone: 'text-pending' };
};

/** Of a RayJob, the pod of its batch Job is the one that submits it to Ray and holds the driver's output. */
const roleOf = ({ role }: Pod, kind: Job['kind']): string => {
  if (role === 'job') return kind === 'RayJob' ? 'Driver' : 'Pod';
  return role.charAt(0).toUpperCase() + role.slice(1);
};

function PodLine({ pod, role }: { pod: Pod; role: string }) {
  const { Icon, tone } = looksOf(pod);
  return (
    <li className="flex min-w-0 gap-2.5">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${tone}`} />
      <div className="min-w-0 wrap-anywhere">
        <p>
          <span className="font-medium">{role}</span>{' '}
          <span className="text-ink-soft">
            {pod.reason ? words(pod.reason) : pod.ready ? 'ready' : pod.phase.toLowerCase()}
            {pod.restarts > 0 && `, restarted ${pod.restarts} times`}
          </span>
        </p>
        <p className="font-mono text-xs text-ink-faint">
          {pod.name}
          {pod.node && ` on ${pod.node}`}
        </p>
        {pod.message && <p className="mt-0.5 text-ink-soft">{pod.message}</p>}
        {!pod.ready && <Advice text={pod.advice} />}
      </div>
    </li>
  );
}

function Advice({ text }: { text: string | null }) {
  return text && <p className="mt-1 border-l-2 border-accent pl-2.5">{sentence(text)}</p>;
}
