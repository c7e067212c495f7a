import { ageColumn, builtinColumn, humanDuration, textColumn } from './columns.ts';
import {
  type DraftObject,
  type Fields,
  isFields,
  listAt,
  pick,
  type StoredObject,
  sameJson,
  textAt,
} from './objects.ts';
import type { ResourceType } from './resources.ts';
import type { FieldProblem } from './status.ts';
import { invalidValue, required } from './validation.ts';

/** The built-in kinds, as far as the platform and its tools use them. */

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
    textColumn('Ready', 'The aggregate readiness state of this pod for accepting traffic.', countReady),
    textColumn('Status', 'The aggregate status of the containers in this pod.', podStatus),
    textColumn(
      'Restarts',
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
      () => '0',
    ),
    ageColumn,
    textColumn('IP', 'podIP address allocated to the pod.', (pod) => none(textAt(pod, 'status', 'podIP')), 1),
    textColumn(
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
    textColumn('Status', 'The status of the namespace', (namespace) => pick(namespace, 'status', 'phase')),
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
    textColumn('Status', 'The status of the claim', (claim) => pick(claim, 'status', 'phase')),
    textColumn('Volume', 'The volume bound to the claim', (claim) => pick(claim, 'spec', 'volumeName')),
    textColumn('Capacity', 'The capacity', (claim) => pick(claim, 'status', 'capacity', 'storage')),
    textColumn('Access Modes', 'The access modes', (claim) =>
      listAt(claim, 'status', 'accessModes')
        .map((mode) => ACCESS_MODES[String(mode)])
        .join(','),
    ),
    textColumn('StorageClass', 'The storage class', (claim) => pick(claim, 'spec', 'storageClassName')),
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
    textColumn('Type', 'Type of the service', (service) => textAt(service, 'spec', 'type') ?? 'ClusterIP'),
    textColumn('Cluster-IP', 'IP address of the service', (service) => none(textAt(service, 'spec', 'clusterIP'))),
    textColumn('External-IP', 'External address', () => '<none>'),
    textColumn('Port(s)', 'Ports of the service', (service) =>
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
    textColumn('Type', 'Type of this event (Normal, Warning)', (event) => event.type),
    textColumn('Reason', 'Short, machine understandable reason', (event) => event.reason),
    textColumn(
      'Object',
      'The object that this event is about',
      (event) => `${textAt(event, 'involvedObject', 'kind')?.toLowerCase()}/${textAt(event, 'involvedObject', 'name')}`,
    ),
    textColumn('Message', 'A human-readable description', (event) => event.message),
  ],
});

export const NODE = core({
  plural: 'nodes',
  kind: 'Node',
  shortNames: ['no'],
  namespaced: false,
  columns: [
    textColumn('Status', 'The status of the node', () => 'Ready'),
    textColumn('Roles', 'The roles of the node', () => '<none>'),
    ageColumn,
    textColumn('Version', 'Kubelet Version reported by the node.', (node) =>
      pick(node, 'status', 'nodeInfo', 'kubeletVersion'),
    ),
  ],
});

export const CONFIG_MAP = core({ plural: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] });
export const SECRET = core({ plural: 'secrets', kind: 'Secret' });
export const SERVICE_ACCOUNT = core({ plural: 'serviceaccounts', kind: 'ServiceAccount', shortNames: ['sa'] });

export const LEASE: ResourceType = {
  ...core({ plural: 'leases', kind: 'Lease' }),
  group: 'coordination.k8s.io',
  columns: [textColumn('Holder', 'Holder of the lease', (lease) => textAt(lease, 'spec', 'holderIdentity')), ageColumn],
};
