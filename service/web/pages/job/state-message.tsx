import { CircleAlert, Copy, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import { useMe } from '../../api/me.ts';
import type { Job } from '../../api/types.ts';
import { useJobPods } from '../../api/use-job.ts';
import { ButtonLink } from '../../components/button.tsx';
import { hintFor } from '../../lib/hints.ts';
import { type JobState, jobState, needsAttention } from '../../lib/job-state.ts';
import { mayChange } from '../../lib/permissions.ts';
import { sentence, words } from '../../lib/text.ts';
import { firstTrouble } from './trouble.ts';

/** Why the job is where it is, in the words of those who know, and what one can do about it. Nothing while all is well. */
export function StateMessage({ job }: { job: Job }) {
  const state = jobState(job);
  if (state.tone === 'pending') return <WhyNotRunning job={job} state={state} />;
  if (state.tone === 'succeeded' || (state.tone === 'running' && state.detail === '')) return null;
  return (
    <Message state={state} failed={state.tone === 'failed'} text={job.message} hint={hintFor(job.reason, job.message)}>
      <CloneWithMore job={job} />
    </Message>
  );
}

/** Retrying sends the same request, which would run out of memory again. */
function CloneWithMore({ job, said = '' }: { job: Job; said?: string | undefined }) {
  const me = useMe().data;
  if (!/OOMKilled|out of memory/i.test(`${job.reason} ${job.message} ${said}`) || !mayChange(me, job.namespace))
    return null;
  const memoryGiB = (job.request.resources?.instanceResources?.memoryGiB ?? 16) * 2;
  return (
    <p className="mt-2">
      <ButtonLink href={`/new?from=${encodeURIComponent(job.id)}&memoryGiB=${memoryGiB}`} icon={Copy}>
        Clone with {memoryGiB} GiB
      </ButtonLink>
    </p>
  );
}

/** A pod that cannot start says more than the job, which only waits for it. */
function WhyNotRunning({ job, state }: { job: Job; state: JobState }) {
  const pods = useJobPods(job.id, true);
  const trouble = firstTrouble(pods.data);
  const hint = trouble?.advice ? sentence(trouble.advice) : hintFor(job.reason, job.message);
  // The job says it itself by then, and of all its pods.
  const isTold = trouble !== undefined && job.message.startsWith(trouble.reason);
  return (
    <Message state={state} text={job.message} failed={trouble !== undefined || needsAttention(job)} hint={hint}>
      {trouble && !isTold && (
        <p className="mt-1">
          <strong className="font-semibold">{words(trouble.reason)}</strong> ({trouble.where}): {trouble.message}
        </p>
      )}
      <CloneWithMore job={job} said={trouble?.reason} />
    </Message>
  );
}

function Message({
  state: { detail },
  text,
  failed,
  hint,
  children,
}: {
  state: JobState;
  text: string;
  failed: boolean;
  hint: string | undefined;
  children?: ReactNode;
}) {
  if (text === '' && detail === '') return null;
  const Icon = failed ? CircleAlert : Info;
  return (
    <div className={`card flex gap-3 px-4 py-3 ${failed ? 'border-failed bg-failed-soft' : ''}`}>
      <Icon aria-hidden className={`mt-0.5 size-4.5 shrink-0 ${failed ? 'text-failed' : 'text-ink-faint'}`} />
      <div className="min-w-0 wrap-anywhere">
        <LongText>
          {detail && <strong className="font-semibold">{detail}</strong>}
          {detail && text && ': '}
          {text}
        </LongText>
        {children}
        {hint && <p className="mt-1 text-ink-soft">{hint}</p>}
      </div>
    </div>
  );
}

/** A traceback may be long: it scrolls in place, by keyboard too. */
function LongText({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section would need a heading of its own
    <div
      role="region"
      aria-label="Reason"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-48 overflow-y-auto whitespace-pre-wrap"
    >
      {children}
    </div>
  );
}
