import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, Eraser, Lock, Send } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { randomKey } from '../../../client/index.ts';
import { KEYS } from '../../api/cache.ts';
import { useMe } from '../../api/me.ts';
import { type FieldError, messageOf, Problem } from '../../api/problem.ts';
import { foreseeJob, submitJob } from '../../api/service.ts';
import type { DryRun } from '../../api/types.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Failed, Loading, Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Segments } from '../../components/segments.tsx';
import { toast } from '../../components/toasts.tsx';
import { forgetDraft } from '../../lib/draft.ts';
import { type Path, pathKey, setAt } from '../../lib/paths.ts';
import { mayChangeSome } from '../../lib/permissions.ts';
import { ErrorSummary } from './error-summary.tsx';
import { Foresight } from './foresight.tsx';
import { FormContext, type RequestForm } from './form-context.tsx';
import { JobForm } from './job-form.tsx';
import { JsonView } from './json-view.tsx';
import { Review } from './review.tsx';
import { useFieldChecks } from './use-field-checks.ts';
import { useJobDraft } from './use-job-draft.ts';

/** Both show the same request. */
const VIEWS = [
  ['form', 'Form'],
  ['json', 'JSON'],
] as const;

const NO_ERRORS: readonly FieldError[] = [];

export default function NewJobPage() {
  const me = useMe().data;
  const { draft, change, discard, restored, version, cloning, cloneError, ...clone } = useJobDraft();
  const [view, setView] = useState<'form' | 'json'>('form');
  const [jsonValid, setJsonValid] = useState(true);
  const [errors, setErrors] = useState(NO_ERRORS);
  /** While reviewing: the key under which this very request is sent, however often the answer is lost. */
  const [key, setKey] = useState<string | null>(null);
  const [, navigate] = useLocation();
  const queryClient = useQueryClient();
  /** A place of its own in the browser's history, so that its Back leads to the form. */
  const reviewing = new URLSearchParams(useSearch()).has('review') && key !== null;
  const backToForm = useCallback(() => history.back(), []);

  /** Asked before the review is shown: wrong fields are corrected first. */
  const foresee = useMutation({
    mutationFn: () => foreseeJob(draft),
    onSettled: (_foreseen: DryRun | undefined, error) => {
      if (error instanceof Problem && error.status < 500) {
        setErrors(error.fields);
        return;
      }
      setErrors(NO_ERRORS);
      setKey(randomKey());
      navigate('/new?review');
      scrollTo({ top: 0 });
    },
  });

  const submit = useMutation({
    mutationFn: (idempotencyKey: string) => submitJob(draft, idempotencyKey),
    onSuccess: (job) => {
      // The answer is the job: its page need not wait for another.
      queryClient.setQueryData(KEYS.job(job.id), job);
      forgetDraft();
      toast('done', `Submitted ${job.jobName}`);
      navigate(`/jobs/${job.id}`, { replace: true });
    },
    onError: (error) => {
      setErrors(error instanceof Problem ? error.fields : NO_ERRORS);
      // Wrong fields are corrected in the form; a service that is away is asked again from here.
      if (error instanceof Problem && error.status < 500) backToForm();
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
  const checkField = useFieldChecks(draft, setErrors);
  const form = useMemo<RequestForm>(() => ({ draft, errors, set }), [draft, errors, set]);

  if (me !== undefined && !mayChangeSome(me)) return <MayNotSubmit />;
  if (clone.asksToReplace) return <ReplaceDraft onReplace={clone.replaceDraft} onKeep={clone.keepDraft} />;
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

  const refusal =
    submit.error ?? (foresee.error instanceof Problem && foresee.error.status < 500 ? foresee.error : null);
  const startAgain = (): void => {
    discard();
    reset();
    foresee.reset();
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
            {/* JSON that is not valid yet has no form. */}
            <Segments legend="Edit as" options={VIEWS} value={view} onChange={setView} disabled={!jsonValid} />
          </>
        )
      }
    >
      {refusal && <ErrorSummary message={messageOf(refusal)} errors={errors} />}
      {restored && !reviewing && (
        <p className="text-ink-soft">Your draft is still here. “Start again” empties the form.</p>
      )}
      <FormContext value={form}>
        {reviewing ? (
          <>
            {foresee.data && <Foresight foreseen={foresee.data} />}
            <Review draft={draft} foreseen={foresee.data} />
          </>
        ) : view === 'form' ? (
          <JobForm key={version} onBlur={checkField} />
        ) : (
          <JsonView key={version} draft={draft} onChange={change} onValid={setJsonValid} />
        )}
      </FormContext>
      <div className="sticky bottom-0 z-20 -mx-4 flex flex-wrap items-center justify-end gap-2 border-t border-line bg-page px-4 py-3 max-sm:bottom-16 sm:-mx-6 sm:px-6">
        {reviewing ? (
          <>
            <Button icon={ArrowLeft} onClick={backToForm}>
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
              busy={foresee.isPending}
              onClick={() => {
                reset();
                foresee.mutate();
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

function ReplaceDraft({ onReplace, onKeep }: { onReplace: () => void; onKeep: () => void }) {
  return (
    <Page title="New job">
      <Dialog
        title="Replace your unfinished draft?"
        onClose={onKeep}
        footer={
          <>
            <Button onClick={onKeep}>Keep the draft</Button>
            <Button variant="primary" onClick={onReplace}>
              Replace it
            </Button>
          </>
        }
      >
        <p>The clone takes its place in the form, and what you have written there is lost.</p>
      </Dialog>
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
