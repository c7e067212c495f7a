import { ageColumn, builtinColumn, type Column, humanDuration, pathColumn } from './columns.ts';
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

/** The built-in kinds, as far as the platform and its tools use them. */

const text = (name: string, description: string, read: (object: Fields) => unknown, priority = 0): Column =>
  builtinColumn(
    name,
    description,
    (object) => {
      const value = read(object);
      return typeof value === 'string' || typeof value === 'number' ? value : '';
    },
    { priority },
  );

const none = (value: string | undefined): string => value || '<none>';

type Minimum = Pick<ResourceType, 'plural' | 'kind'> & Partial<ResourceType>;

const core = (type: Minimum): ResourceType => ({
  group: '',
  version: 'v1',
  namespaced: true,
  statusSubresource: false,
  columns: [],
  ...type,
});

const countReady = (pod: Fields): string => {
  const statuses = listAt(pod, 'status', 'containerStatuses');
  const ready = statuses.filter((status) => pick(status, 'ready') === true).length;
  return `${ready}/${listAt(pod, 'spec', 'containers').length}`;
};

/** What kubectl shows as STATUS: the reason a container waits or ended, before the phase. */
const podStatus = (pod: Fields): unknown => {
  if (pick(pod, 'metadata', 'deletionTimestamp')) return 'Terminating';
  for (const status of listAt(pod, 'status', 'containerStatuses')) {
    const reason = textAt(status, 'state', 'waiting', 'reason') ?? textAt(status, 'state', 'terminated', 'reason');
    if (reason) return reason;
  }
  return pick(pod, 'status', 'phase');
};

export const POD = core({
  plural: 'pods',
  kind: 'Pod',
  shortNames: ['po'],
  statusSubresource: true,
  columns: [
    text('Ready', 'The aggregate readiness state of this pod for accepting traffic.', countReady),
    text('Status', 'The aggregate status of the containers in this pod.', podStatus),
    text(
      'Restarts',
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
      () => '0',
    ),
    ageColumn,
    text('IP', 'podIP address allocated to the pod.', (pod) => none(textAt(pod, 'status', 'podIP')), 1),
    text(
      'Node',
      'nodeName indicates in which node this pod is scheduled.',
      (pod) => none(textAt(pod, 'spec', 'nodeName')),
      1,
    ),
  ],
});

export const NAMESPACE = core({
  plural: 'namespaces',
  kind: 'Namespace',
  shortNames: ['ns'],
  namespaced: false,
  columns: [
    text('Status', 'The status of the namespace', (namespace) => pick(namespace, 'status', 'phase')),
    ageColumn,
  ],
  defaults: (draft) => ({
    ...draft,
    metadata: {
      ...draft.metadata,
      labels: { 'kubernetes.io/metadata.name': draft.metadata.name ?? '', ...draft.metadata.labels },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }),
});

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export const PERSISTENT_VOLUME_CLAIM = core({
  plural: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
  shortNames: ['pvc'],
  statusSubresource: true,
  defaults: (draft) => ({ ...draft, spec: { volumeMode: 'Filesystem', ...(isFields(draft.spec) && draft.spec) } }),
  validate: (draft, before) => [...claimProblems(draft), ...(before ? changedClaim(draft, before) : [])],
  columns: [
    text('Status', 'The status of the claim', (claim) => pick(claim, 'status', 'phase')),
    text('Volume', 'The volume bound to the claim', (claim) => pick(claim, 'spec', 'volumeName')),
    text('Capacity', 'The capacity', (claim) => pick(claim, 'status', 'capacity', 'storage')),
    text('Access Modes', 'The access modes', (claim) =>
      listAt(claim, 'status', 'accessModes')
        .map((mode) => ACCESS_MODES[String(mode)])
        .join(','),
    ),
    text('StorageClass', 'The storage class', (claim) => pick(claim, 'spec', 'storageClassName')),
    ageColumn,
  ],
});

function claimProblems(claim: DraftObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (listAt(claim, 'spec', 'accessModes').length === 0) {
    problems.push(required('spec.accessModes', 'at least 1 access mode is required'));
  }
  const storage = pick(claim, 'spec', 'resources', 'requests', 'storage');
  if (storage === undefined) problems.push(required('spec.resources[storage]'));
  else if (!/^\d+(\.\d+)?([KMGTPE]i?|k|m)?$/.test(String(storage))) {
    problems.push(invalidValue('spec.resources.requests', storage, 'quantities must match the regular expression'));
  }
  return problems;
}

/** Only the size and, while unset, the volume may change. */
function changedClaim(draft: DraftObject, before: StoredObject): FieldProblem[] {
  const fixed = (claim: Fields): unknown => {
    const { resources: _, volumeName: __, ...rest } = isFields(claim.spec) ? claim.spec : {};
    return rest;
  };
  if (sameJson(fixed(draft), fixed(before))) return [];
  return [
    {
      field: 'spec',
      reason: 'FieldValueForbidden',
      message:
        'Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    },
  ];
}

export const SERVICE = core({
  plural: 'services',
  kind: 'Service',
  shortNames: ['svc'],
  columns: [
    text('Type', 'Type of the service', (service) => textAt(service, 'spec', 'type') ?? 'ClusterIP'),
    text('Cluster-IP', 'IP address of the service', (service) => none(textAt(service, 'spec', 'clusterIP'))),
    text('External-IP', 'External address', () => '<none>'),
    text('Port(s)', 'Ports of the service', (service) =>
      listAt(service, 'spec', 'ports')
        .map((port) => `${pick(port, 'port')}/${textAt(port, 'protocol') ?? 'TCP'}`)
        .join(','),
    ),
    ageColumn,
  ],
});

export const EVENT = core({
  plural: 'events',
  kind: 'Event',
  shortNames: ['ev'],
  columns: [
    builtinColumn(
      'Last Seen',
      'Time when this event was last observed',
      (event, now) => humanDuration(now - Date.parse(textAt(event, 'lastTimestamp') ?? '')),
      { moving: true },
    ),
    text('Type', 'Type of this event (Normal, Warning)', (event) => event.type),
    text('Reason', 'Short, machine understandable reason', (event) => event.reason),
    text(
      'Object',
      'The object that this event is about',
      (event) => `${textAt(event, 'involvedObject', 'kind')?.toLowerCase()}/${textAt(event, 'involvedObject', 'name')}`,
    ),
    text('Message', 'A human-readable description', (event) => event.message),
  ],
});

export const NODE = core({
  plural: 'nodes',
  kind: 'Node',
  shortNames: ['no'],
  namespaced: false,
  columns: [
    text('Status', 'The status of the node', () => 'Ready'),
    text('Roles', 'The roles of the node', () => '<none>'),
    ageColumn,
    text('Version', 'Kubelet Version reported by the node.', (node) =>
      pick(node, 'status', 'nodeInfo', 'kubeletVersion'),
    ),
  ],
});

export const CONFIG_MAP = core({ plural: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] });
export const SECRET = core({ plural: 'secrets', kind: 'Secret' });
export const SERVICE_ACCOUNT = core({ plural: 'serviceaccounts', kind: 'ServiceAccount', shortNames: ['sa'] });

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
    text('Status', 'Status of the job.', jobStatus),
    text(
      'Completions',
      'The number of pods which reached phase Succeeded.',
      (job) => `${numberAt(job, 'status', 'succeeded') ?? 0}/${numberAt(job, 'spec', 'completions') ?? 1}`,
    ),
    builtinColumn('Duration', 'Time required to complete the job.', jobDuration, { moving: true }),
    ageColumn,
    text('Containers', 'Names of each container in the template.', (job) => containersOf(job, 'name'), 1),
    text('Images', 'Images referenced by each container in the template.', (job) => containersOf(job, 'image'), 1),
    text(
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

/** A kind of a CRD with a status subresource. */
export const customKind = (
  group: string,
  version: string,
  plural: string,
  kind: string,
  columns: readonly Column[],
  more: Partial<ResourceType> = {},
): ResourceType => ({ group, version, plural, kind, namespaced: true, statusSubresource: true, columns, ...more });

export const crdAge = (name = 'Age'): Column => pathColumn(name, '.metadata.creationTimestamp', { type: 'date' });
