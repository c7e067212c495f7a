import { ageColumn, builtinColumn, humanDuration, textColumn } from './columns.ts';
import {
  type DraftObject,
  type Fields,
  isFields,
  listAt,
  numberAt,
  pick,
  type StoredObject,
  sameJson,
  textAt,
} from './objects.ts';
import type { ResourceType } from './resources.ts';
import type { FieldProblem } from './status.ts';
import { invalidValue, required } from './validation.ts';

export const JOB: ResourceType = {
  group: 'batch',
  version: 'v1',
  plural: 'jobs',
  kind: 'Job',
  namespaced: true,
  statusSubresource: true,
  defaults: jobDefaults,
  complete: jobSelector,
  validate: jobProblems,
  columns: [
    textColumn('Status', 'Status of the job.', jobStatus),
    textColumn(
      'Completions',
      'The number of pods which reached phase Succeeded.',
      (job) => `${numberAt(job, 'status', 'succeeded') ?? 0}/${numberAt(job, 'spec', 'completions') ?? 1}`,
    ),
    builtinColumn('Duration', 'Time required to complete the job.', jobDuration, { moving: true }),
    ageColumn,
    textColumn('Containers', 'Names of each container in the template.', (job) => containersOf(job, 'name'), 1),
    textColumn(
      'Images',
      'Images referenced by each container in the template.',
      (job) => containersOf(job, 'image'),
      1,
    ),
    textColumn(
      'Selector',
      'A label query over pods that should match the pod count.',
      (job) =>
        Object.entries(pick(job, 'spec', 'selector', 'matchLabels') ?? {})
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
      1,
    ),
  ],
};

const containersOf = (job: Fields, field: string): string =>
  listAt(job, 'spec', 'template', 'spec', 'containers')
    .map((container) => pick(container, field))
    .join(',');

function jobStatus(job: Fields): string {
  const holds = (type: string): boolean =>
    listAt(job, 'status', 'conditions').some((c) => pick(c, 'type') === type && pick(c, 'status') === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (pick(job, 'metadata', 'deletionTimestamp')) return 'Terminating';
  if (holds('Suspended')) return 'Suspended';
  if (holds('FailureTarget')) return 'FailureTarget';
  if (holds('SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function jobDuration(job: Fields, now: number): string {
  const start = textAt(job, 'status', 'startTime');
  if (start === undefined) return '';
  const end = textAt(job, 'status', 'completionTime');
  return humanDuration((end === undefined ? now : Date.parse(end)) - Date.parse(start));
}

function jobDefaults(draft: DraftObject): DraftObject {
  const spec = isFields(draft.spec) ? draft.spec : {};
  const defaults = {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  };
  return { ...draft, spec: { ...defaults, ...spec } };
}

/** The labels by which a Job knows its pods; they hold its uid. */
function jobSelector(job: StoredObject): StoredObject {
  if (pick(job, 'spec', 'selector') !== undefined || !isFields(job.spec)) return job;
  const { uid, name } = job.metadata;
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const template = isFields(job.spec.template) ? job.spec.template : {};
  const inherited = pick(template, 'metadata', 'labels');
  const metadata = {
    ...(isFields(template.metadata) && template.metadata),
    labels: { ...(isFields(inherited) && inherited), ...labels },
  };
  const selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  return {
    ...job,
    metadata: { ...job.metadata, labels: { ...job.metadata.labels, ...labels } },
    spec: { ...job.spec, selector, manualSelector: false, template: { ...template, metadata } },
  };
}

function jobProblems(draft: DraftObject, before: StoredObject | undefined): FieldProblem[] {
  const template = pick(draft, 'spec', 'template', 'spec');
  const problems: FieldProblem[] = [];
  if (listAt(template, 'containers').length === 0) problems.push(required('spec.template.spec.containers'));
  if (!['Never', 'OnFailure'].includes(String(pick(template, 'restartPolicy')))) {
    problems.push(
      invalidValue(
        'spec.template.spec.restartPolicy',
        pick(template, 'restartPolicy') ?? 'Always',
        'supported values: "OnFailure", "Never"',
      ),
    );
  }
  if (before && !sameJson(pick(draft, 'spec', 'template'), pick(before, 'spec', 'template'))) {
    problems.push(invalidValue('spec.template', {}, 'field is immutable'));
  }
  return problems;
}
