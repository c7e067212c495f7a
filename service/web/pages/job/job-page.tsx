import { ChevronLeft, SearchX } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import { Problem } from '../../api/problem.ts';
import { useJob, useJobEvents } from '../../api/use-job.ts';
import { AttentionNotice } from '../../components/attention.tsx';
import { ButtonLink } from '../../components/button.tsx';
import { NotifyButton } from '../../components/job-notifications.tsx';
import { Failed, Loading, Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { UnreachableNotice } from '../../components/unreachable.tsx';
import { AttemptsPanel } from './attempts-panel.tsx';
import { JobActions } from './job-actions.tsx';
import { JobLogs } from './job-logs.tsx';
import { JobTabs, labelOf, tabNamed } from './job-tabs.tsx';
import { ManifestPanel } from './manifest-panel.tsx';
import { OverviewPanel } from './overview-panel.tsx';
import { RequestPanel } from './request-panel.tsx';
import { StateMessage } from './state-message.tsx';

// What draws is as large as the rest of this page.
const CurvesPanel = lazy(() => import('./curves/curves-panel.tsx'));

export default function JobPage({ id, tab }: { id: string; tab: string | undefined }) {
  const job = useJob(id);
  const events = useJobEvents(id);
  if (job.isPending) {
    return (
      <Page title={id}>
        <div className="card">
          <Loading what="the job" />
        </div>
      </Page>
    );
  }
  const deleted = job.error instanceof Problem && job.error.status === 404;
  if (!job.data || deleted) return <JobMissing id={id} error={job.error} retry={() => void job.refetch()} />;

  const current = tabNamed(tab);
  const heading = (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <Link
        href="/"
        className="-ml-1 grid size-7 place-items-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
      >
        <ChevronLeft aria-hidden className="size-5" />
        <span className="sr-only">Back to the jobs</span>
      </Link>
      {job.data.jobName}
      <StateBadge job={job.data} size="large" />
    </span>
  );
  return (
    <Page
      title={job.data.jobName}
      heading={heading}
      actions={
        <>
          <NotifyButton job={job.data} />
          <JobActions job={job.data} />
        </>
      }
    >
      <UnreachableNotice job={job.data} />
      <AttentionNotice job={job.data} />
      <StateMessage job={job.data} />
      <JobTabs id={id} current={current} />
      <section aria-label={labelOf(current)} className={current === 'overview' ? 'grid gap-4' : 'card min-w-0'}>
        {current === 'overview' && <OverviewPanel job={job.data} events={events} />}
        {current === 'curves' && (
          <Suspense fallback={<Loading what="the curves" />}>
            <CurvesPanel job={job.data} />
          </Suspense>
        )}
        {current === 'logs' && <JobLogs job={job.data} />}
        {current === 'request' && <RequestPanel job={job.data} />}
        {current === 'manifest' && <ManifestPanel job={job.data} />}
        {current === 'attempts' && <AttemptsPanel job={job.data} />}
      </section>
    </Page>
  );
}

function JobMissing({ id, error, retry }: { id: string; error: unknown; retry: () => void }) {
  const gone = error instanceof Problem && error.status === 404;
  return (
    <Page title={id}>
      <div className="card">
        {gone ? (
          <Notice icon={SearchX} title="There is no such job" action={<ButtonLink href="/">Go to the jobs</ButtonLink>}>
            It may have been deleted, or belong to a namespace that you may not see.
          </Notice>
        ) : (
          <Failed what="The job" error={error} retry={retry} />
        )}
      </div>
    </Page>
  );
}
