import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react';
import type { Job, JobPods } from '../../api/types.ts';
import { Age } from '../../components/time.tsx';
import { groupPods, groupWarnings, type PodGroup, type PodLook } from '../../lib/pods.ts';
import { plural, words } from '../../lib/text.ts';

/** The pods of one cluster, alike ones told once, with what they say and what to do; then the cluster's own warnings about them. */
export function ClusterPods({
  cluster: { cluster, error, pods, events },
  kind,
}: {
  cluster: JobPods['clusters'][number];
  kind: Job['kind'];
}) {
  const groups = groupPods(pods, kind);
  const warnings = groupWarnings(events, groups);
  return (
    <div className="mt-3 grid gap-3">
      <h3 className="text-xs font-medium text-ink-faint">In {cluster}</h3>
      {error && (
        <p className="flex gap-2 text-ink-soft wrap-break-word">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-pending" />
          {cluster} cannot be asked for its pods just now: {error}
        </p>
      )}
      <ul className="grid gap-3">
        {groups.map((group) => (
          <Pods key={group.pods[0]?.name} group={group} />
        ))}
      </ul>
      {warnings.length > 0 && (
        <>
          <h3 className="mt-2 text-xs font-medium text-ink-faint">Warnings of the cluster</h3>
          <ul className="grid gap-2.5">
            {warnings.map(({ event, objects, count, hint }) => (
              <li key={`${event.reason}-${event.message}`} className="min-w-0 wrap-break-word">
                <span className="font-medium">{words(event.reason)}</span>{' '}
                <span className="text-xs text-ink-faint">
                  {count > 1 && `${count} times, `}
                  {event.at && <Age at={event.at} suffix=" ago" />} ·{' '}
                  {objects.length === 1 ? objects[0] : `about ${objects.length} objects`}
                </span>
                <p className="whitespace-pre-wrap text-ink-soft">{event.message}</p>
                <Hint text={hint} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

const LOOKS: Record<PodLook, { Icon: typeof CircleCheck; tone: string }> = {
  well: { Icon: CircleCheck, tone: 'text-succeeded' },
  trouble: { Icon: CircleAlert, tone: 'text-failed' },
  waiting: { Icon: CircleDashed, tone: 'text-pending' },
};

function Pods({ group: { role, look, pods, hint } }: { group: PodGroup }) {
  const { Icon, tone } = LOOKS[look];
  const [pod] = pods;
  if (pod === undefined) return null;
  return (
    <li className="flex min-w-0 gap-2.5">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${tone}`} />
      <div className="min-w-0 wrap-break-word">
        <p>
          <span className="font-medium">{pods.length === 1 ? role : `${pods.length} × ${role.toLowerCase()}`}</span>{' '}
          <span className="text-ink-soft">
            {saidOf(pod)}
            {pod.restarts > 0 && `, restarted ${plural(pod.restarts, 'time')}`}
          </span>
        </p>
        {pods.length === 1 ? <PodName pod={pod} /> : <PodNames pods={pods} />}
        {pod.message && <p className="mt-0.5 whitespace-pre-wrap text-ink-soft">{pod.message}</p>}
        <Hint text={hint} />
      </div>
    </li>
  );
}

/** A container that failed was ready before, and may still be called so. */
const saidOf = ({ reason, ready, phase }: PodGroup['pods'][number]): string => {
  if (reason) return words(reason);
  return ready && phase === 'Running' ? 'ready' : phase.toLowerCase();
};

function PodName({ pod }: { pod: PodGroup['pods'][number] }) {
  return (
    <p className="font-mono text-xs wrap-anywhere text-ink-faint">
      {pod.name}
      {pod.node && ` on ${pod.node}`}
    </p>
  );
}

function PodNames({ pods }: { pods: PodGroup['pods'] }) {
  return (
    <details>
      <summary className="min-h-6 w-fit text-xs text-ink-faint">{pods.length} pods</summary>
      {pods.map((pod) => (
        <PodName key={pod.name} pod={pod} />
      ))}
    </details>
  );
}

function Hint({ text }: { text: string | undefined }) {
  return text && <p className="mt-1 border-l-2 border-accent pl-2.5">{text}</p>;
}
