import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, Eraser, Lock, Send } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { KEYS } from '../../api/cache.ts';
import { useMe } from '../../api/me.ts';
import { type FieldError, messageOf, Problem } from '../../api/problem.ts';
import { submitJob } from '../../api/service.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Failed, Loading, Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { toast } from '../../components/toasts.tsx';
import { forgetDraft } from '../../lib/draft.ts';
import { type Path, pathKey, setAt } from '../../lib/paths.ts';
import { mayChangeSome } from '../../lib/permissions.ts';
import { randomKey } from '../../lib/random-key.ts';
import { ErrorSummary } from './error-summary.tsx';
import { FormContext, type RequestForm } from './form-context.tsx';
import { JobForm } from './job-form.tsx';
import { JsonView } from './json-view.tsx';
import { Review } from './review.tsx';
import { useJobDraft } from './use-job-draft.ts';
import { ViewSwitch } from './view-switch.tsx';

const NO_ERRORS: readonly FieldError[] = [];

export default function NewJobPage() {
  const me = useMe().data;
  const { draft, change, discard, restored, version, cloning, cloneError } = useJobDraft();
  const [view, setView] = useState<'form' | 'json'>('form');
  const [jsonValid, setJsonValid] = useState(true);
  const [errors, setErrors] = useState(NO_ERRORS);
  /** While reviewing: the key under which this very request is sent, however often the answer is lost. */
  const [key, setKey] = useState<string | null>(null);
  const [, navigate] = useLocation();
  const queryClient = useQueryClient();

  const submit = useMutation({
    mutationFn: (idempotencyKey: string) => submitJob(draft, idempotencyKey),
    onSuccess: (job) => {
      // The answer is the job: its page need not wait for another.
      queryClient.setQueryData(KEYS.job(job.id), job);
      forgetDraft();
      toast('done', `Submitted ${job.jobName}`);
      navigate(`/jobs/${job.id}`);
    },
    onError: (error) => {
      setErrors(error instanceof Problem ? error.fields : NO_ERRORS);
      // Wrong fields are corrected in the form; a service that is away is asked again from here.
      if (error instanceof Problem && error.status < 500) setKey(null);
    },
  });
  const { reset } = submit;

  const set = useCallback(
    (path: Path, value: unknown) => {
      change((before) => setAt(before, path, value));
      // What is being corrected is no longer wrong until the service says so again.
      const touched = pathKey(path);
      setErrors((before) => before.filter((error) => !`${pathKey(error.path)}.`.startsWith(`${touched}.`)));
    },
    [change],
  );
  const form = useMemo<RequestForm>(() => ({ draft, errors, set }), [draft, errors, set]);

  if (me !== undefined && !mayChangeSome(me)) return <MayNotSubmit />;
  if (cloning !== null) {
    return (
      <Page title="New job">
        <div className="card">
          {cloneError ? (
            <Failed what="The job to clone" error={cloneError} retry={() => navigate('/new')} />
          ) : (
            <Loading what="the job to clone" />
          )}
        </div>
      </Page>
    );
  }

  const reviewing = key !== null;
  const startAgain = (): void => {
    discard();
    reset();
    setErrors(NO_ERRORS);
    setJsonValid(true);
  };
  return (
    <Page
      title={reviewing ? 'Review the job' : 'New job'}
      width="reading"
      actions={
        !reviewing && (
          <>
            <Button variant="ghost" icon={Eraser} onClick={startAgain}>
              Start again
            </Button>
            <ViewSwitch view={view} onChange={setView} disabled={!jsonValid} />
          </>
        )
      }
    >
      {submit.isError && <ErrorSummary message={messageOf(submit.error)} errors={errors} />}
      {restored && !reviewing && (
        <p className="text-ink-soft">Your draft is still here. “Start again” empties the form.</p>
      )}
      <FormContext value={form}>
        {reviewing ? (
          <Review draft={draft} />
        ) : view === 'form' ? (
          <JobForm key={version} />
        ) : (
          <JsonView key={version} draft={draft} onChange={change} onValid={setJsonValid} />
        )}
      </FormContext>
      <div className="sticky bottom-0 z-20 -mx-4 flex flex-wrap items-center justify-end gap-2 border-t border-line bg-page px-4 py-3 max-sm:bottom-16 sm:-mx-6 sm:px-6">
        {reviewing ? (
          <>
            <Button icon={ArrowLeft} onClick={() => setKey(null)}>
              Back to the form
            </Button>
            <Button variant="primary" icon={Send} busy={submit.isPending} onClick={() => submit.mutate(key)}>
              Submit job
            </Button>
          </>
        ) : (
          <>
            <span className="mr-auto text-xs text-ink-faint">The draft is kept in this browser.</span>
            <Button
              variant="primary"
              disabled={!jsonValid}
              onClick={() => {
                reset();
                setKey(randomKey());
                scrollTo({ top: 0 });
              }}
            >
              Review
            </Button>
          </>
        )}
      </div>
    </Page>
  );
}

function MayNotSubmit() {
  return (
    <Page title="New job">
      <div className="card">
        <Notice
          icon={Lock}
          title="You may look, but not submit"
          action={<ButtonLink href="/">Go to the jobs</ButtonLink>}
        >
          Submitting needs the role submitter. Ask an administrator of the platform for it.
        </Notice>
      </div>
    </Page>
  );
}
