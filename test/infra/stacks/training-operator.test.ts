import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainingOperator } from '../../../infra/stacks/training-operator/index.ts';
import { customizations } from '../../../infra/stacks/training-operator/interpreter/index.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { childrenOf, type SpecInput, type Status, statusSchema } from '../../../service/trainingjob/index.ts';
import { luaFunction } from '../../lua.ts';
import { attemptOf, DISTRIBUTED, SIMPLE, trainingJob } from '../../service/trainingjob/some-jobs.ts';
import { arbitrarySettings } from '../arbitrary.ts';
import { own, subjectOf } from '../subjects.ts';

interface Selector {
  apiVersion: string;
  kind: string;
  name?: string;
  namespace?: string;
  labelSelector?: { matchLabels: Record<string, string> };
}

interface Policy {
  resourceSelectors: Selector[];
  placement: { clusterAffinity?: unknown; clusterTolerations: unknown[] };
  preserveResourcesOnDeletion?: boolean;
}

const policiesOf = (objects: readonly KubeObject[]): Map<string, Policy> =>
  new Map(
    objects
      .filter(({ kind }) => kind === 'ClusterPropagationPolicy')
      .map(({ metadata, spec }) => [metadata.name, spec as Policy]),
  );

const selects = (object: KubeObject, selector: Selector): boolean =>
  selector.apiVersion === object.apiVersion &&
  selector.kind === object.kind &&
  (selector.name ?? object.metadata.name) === object.metadata.name &&
  (selector.namespace ?? object.metadata.namespace) === object.metadata.namespace &&
  Object.entries(selector.labelSelector?.matchLabels ?? {}).every(
    ([label, value]) => object.metadata.labels?.[label] === value,
  );

describe('through Karmada', () => {
  test('whatever the settings, every object of the operator but its namespace is brought to the members, by one policy', () => {
    fc.assert(
      fc.property(arbitrarySettings(trainingOperator), (settings) => {
        const made = subjectOf(trainingOperator, settings);
        const policies = [...policiesOf(made.folders.get('karmada') ?? []).values()];
        // What a team brings along itself it brings to members itself.
        const brought = made.settings.extraObjects.map(({ metadata }) => metadata.name);
        const ofTheOperator = ({ kind, metadata }: KubeObject) =>
          kind !== 'Namespace' && !brought.includes(metadata.name);
        for (const object of own(made).filter(ofTheOperator)) {
          const by = policies.filter(({ resourceSelectors }) =>
            resourceSelectors.some((each) => selects(object, each)),
          );
          expect(by, `${object.kind} ${object.metadata.name}`).toHaveLength(1);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('the definition, and with it all TrainingJobs, outlives its policy; the rest of the operator goes', () => {
    const policies = policiesOf(subjectOf(trainingOperator, {}).folders.get('karmada') ?? []);
    expect(policies.get('trainingjob-definition')).toMatchObject({
      preserveResourcesOnDeletion: true,
      resourceSelectors: [{ kind: 'CustomResourceDefinition', name: 'trainingjobs.ml.example.com' }],
    });
    expect(policies.get('training-operator')).not.toHaveProperty('preserveResourcesOnDeletion');
  });

  test('to all clusters or to those that are named, and it stays in one that does not answer', () => {
    const placementIn = (values: unknown) =>
      policiesOf(subjectOf(trainingOperator, values).folders.get('karmada') ?? []).get('training-operator')?.placement;
    expect(placementIn({})).toEqual({
      clusterTolerations: ['not-ready', 'unreachable'].map((state) => ({
        key: `cluster.karmada.io/${state}`,
        operator: 'Exists',
        effect: 'NoExecute',
      })),
    });
    expect(placementIn({ karmada: { memberClusters: ['member2'] } })).toMatchObject({
      clusterAffinity: { clusterNames: ['member2'] },
    });
  });
});

// How Karmada reads a TrainingJob, run as it runs it.

const run = <Answer>(of: keyof typeof customizations, name: string, ...given: unknown[]): Answer =>
  luaFunction(customizations[of].luaScript, name)(...given)[0] as Answer;

/** As the API server keeps it: with the defaults of the schema. */
const stored = (spec: SpecInput, status?: object, generation = 3) => ({
  apiVersion: 'ml.example.com/v1',
  kind: 'TrainingJob',
  metadata: {
    name: 'bert',
    namespace: 'ml-training',
    generation,
    annotations: { 'resourcetemplate.karmada.io/generation': '7' },
  },
  spec: JSON.parse(JSON.stringify(trainingJob(spec).spec)) as object,
  ...(status ? { status } : {}),
});

describe('replicas', () => {
  const replicasOf = (spec: SpecInput) =>
    luaFunction(customizations.replicaResource.luaScript, 'GetReplicas', 2)(stored(spec)) as [
      number,
      {
        resourceRequest: object;
        nodeClaim?: { tolerations?: object[]; nodeSelector?: object };
        priorityClassName?: string;
      },
    ];

  const specs: fc.Arbitrary<SpecInput> = fc.record(
    {
      model: fc.constant('m'),
      dataset: fc.constant('d'),
      numWorkers: fc.integer({ min: 1, max: 100 }),
      gpusPerWorker: fc.integer({ min: 0, max: 8 }),
      resources: fc.record({ requests: fc.constant({ cpu: '4', memory: '1Gi' }), limits: fc.constant({ cpu: 8 }) }),
      networking: fc.record({ rdmaEnabled: fc.boolean() }),
      scheduling: fc.record(
        {
          priority: fc.constant('high'),
          nodeSelector: fc.constant({ zone: 'a' }),
          tolerations: fc.constant([{ key: 'dedicated', operator: 'Exists' }]),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['model', 'dataset'] },
  );

  test('are the workers, each with what the operator has its pod ask for', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const [replicas, requirements] = replicasOf(spec);
        const { completions, template } = childrenOf(attemptOf(trainingJob(spec), 1)).job.spec;
        const pod = template.spec as { tolerations: object[]; nodeSelector?: object; priorityClassName?: string };
        expect(replicas).toBe(completions);
        expect(requirements.resourceRequest).toEqual(template.spec.containers[0]?.resources.requests);
        expect(requirements.nodeClaim?.tolerations ?? []).toEqual(pod.tolerations);
        expect(requirements.nodeClaim?.nodeSelector).toEqual(pod.nodeSelector);
        expect(requirements.priorityClassName).toEqual(pod.priorityClassName);
      }),
    );
  });

  test('a limit alone is asked for as well, and so is what a node must have', () => {
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}] } } };
    const [, requirements] = replicasOf({
      ...SIMPLE,
      gpusPerWorker: 0,
      resources: { limits: { cpu: '2' } },
      scheduling: { affinity },
    });
    expect(requirements.resourceRequest).toEqual({ cpu: '2' });
    expect(requirements.nodeClaim).toHaveProperty('hardNodeAffinity.nodeSelectorTerms');
    expect(replicasOf({ ...SIMPLE, gpusPerWorker: 0 })[1].nodeClaim).toBeUndefined();
  });
});

describe('what is retained', () => {
  test("is the member's status; the spec, suspend above all, is the control plane's", () => {
    const desired = stored({ ...SIMPLE, suspend: false });
    const observed = stored({ ...SIMPLE, suspend: true }, { state: 'Suspended' });
    expect(run('retention', 'Retain', desired, observed)).toEqual({ ...desired, status: { state: 'Suspended' } });
  });
});

const RUNNING: Status = {
  state: 'Running',
  reason: 'Training',
  message: '4 of 4 workers run',
  progress: '45%',
  currentEpoch: 9,
  totalEpochs: 20,
  currentStep: 4567,
  eta: '12m',
  metrics: { loss: 0.31, accuracy: 0.9 },
  stepSeconds: 0.2,
  stepTime: '2026-11-28T09:00:00Z',
  attempt: 2,
  workers: { active: 4, succeeded: 0, failed: 0, pending: 0, summary: '4/4' },
  checkpoint: { latest: '/checkpoints/9', epoch: 9 },
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      reason: 'Training',
      message: '',
      lastTransitionTime: '2026-11-28T09:00:00Z',
      observedGeneration: 3,
    },
  ],
  observedGeneration: 3,
};

const reflected = (status?: object) =>
  run<Record<string, unknown>>('statusReflection', 'ReflectStatus', stored(DISTRIBUTED, status));

describe('the status that goes up', () => {
  test('moves with percents and epochs, not with every report', () => {
    const before = reflected(RUNNING);
    expect(before).toMatchObject({ state: 'Running', progress: '45%', currentEpoch: 9, attempt: 2 });
    const report = {
      ...RUNNING,
      currentStep: 4568,
      eta: '11m',
      metrics: { loss: 0.3 },
      stepTime: '2026-11-28T09:00:01Z',
    };
    expect(reflected({ ...report, stepSeconds: 0.3, progressTime: '2026-11-28T09:00:01Z' })).toEqual(before);
    expect(reflected({ ...report, progress: '46%' })).not.toEqual(before);
  });

  test('has the last figures when the job has ended', () => {
    expect(reflected({ ...RUNNING, state: 'Completed' })).toMatchObject({ metrics: { loss: 0.31, accuracy: 0.9 } });
    expect(reflected({ ...RUNNING, state: 'Failed' })).toHaveProperty('currentStep', 4567);
    expect(reflected(RUNNING)).not.toHaveProperty('metrics');
  });

  test('tells of which version of the object it is, without a status too', () => {
    expect(reflected()).toEqual({ generation: 3, resourceTemplateGeneration: 7 });
  });

  test('an empty object is left out: it would arrive as a list, which the schema refuses', () => {
    expect(reflected({ ...RUNNING, workers: {}, conditions: [] })).not.toHaveProperty('workers');
  });
});

describe('one status of all clusters', () => {
  const item = (clusterName: string, status?: object) => ({ clusterName, ...(status ? { status } : {}) });
  const aggregated = (items: object[] | undefined, status?: object) =>
    run<{ status: Record<string, unknown> }>(
      'statusAggregation',
      'AggregateStatus',
      stored(DISTRIBUTED, status, 7),
      items,
    ).status;

  test('of one cluster it is that of the cluster, of the version here, and the schema takes it', () => {
    const { generation, resourceTemplateGeneration, ...same } = reflected(RUNNING);
    const status = aggregated([item('member1', reflected(RUNNING))]);
    const conditions = RUNNING.conditions?.map((each) => ({ ...each, observedGeneration: 7 }));
    expect(status).toEqual({ ...same, observedGeneration: 7, conditions });
    expect(statusSchema.strict().safeParse(status).error).toBeUndefined();
  });

  test('observedGeneration waits until every cluster has the object as it is now and has acted on it', () => {
    const older = { ...reflected(RUNNING), resourceTemplateGeneration: 6 };
    expect(aggregated([item('member1', older)], { observedGeneration: 6 })).toHaveProperty('observedGeneration', 6);
    const notActed = { ...reflected(RUNNING), observedGeneration: 2 };
    expect(aggregated([item('member1', notActed)])).not.toHaveProperty('observedGeneration');
    const both = [item('member1', reflected(RUNNING)), item('member2', older)];
    expect(aggregated(both)).not.toHaveProperty('observedGeneration');
  });

  test.each([
    [['Completed', 'Running'], 'Running'],
    [['Running', 'Initializing'], 'Initializing'],
    [['Initializing', 'Pending'], 'Pending'],
    [['Pending', 'Suspended'], 'Suspended'],
    [['Suspended', 'Failed'], 'Failed'],
    [['Completed', 'Completed'], 'Completed'],
  ])('of %j it is %s', (states, worst) => {
    const items = states.map((state, index) => item(`member${index}`, { ...reflected(RUNNING), state }));
    expect(aggregated(items)).toHaveProperty('state', worst);
    expect(aggregated(items.reverse())).toHaveProperty('state', worst);
  });

  test('of equals the one furthest behind speaks, with its name, and workers are summed', () => {
    const behind = { ...reflected(RUNNING), progress: '9%', currentEpoch: 1 };
    const less = { ...behind, workers: { active: 1, pending: 3, summary: '1/4' } };
    expect(aggregated([item('member1', reflected(RUNNING)), item('member2', less)])).toMatchObject({
      progress: '9%',
      currentEpoch: 1,
      message: 'member2: 4 of 4 workers run',
      workers: { active: 5, succeeded: 0, failed: 0, pending: 3, summary: '5/8' },
    });
  });

  test('placed nowhere, or where no operator has taken it up, it is pending and says so', () => {
    expect(aggregated(undefined)).toMatchObject({ state: 'Pending', reason: 'NotPlaced' });
    expect(aggregated([item('member1')])).toMatchObject({ state: 'Pending', reason: 'NotTakenUp' });
    expect(aggregated([item('member1', reflected()), item('member2', reflected(RUNNING))])).toMatchObject({
      state: 'Pending',
      message: 'member1: The operator of the cluster has not taken it up yet',
    });
  });
});

describe('health', () => {
  test.each([
    ['Pending', true],
    ['Initializing', true],
    ['Running', true],
    ['Suspended', true],
    ['Completed', true],
    ['Failed', false],
    [undefined, false],
  ])('%s: %s', (state, healthy) => {
    expect(run('healthInterpretation', 'InterpretHealth', stored(SIMPLE, state ? { state } : undefined))).toBe(healthy);
  });
});

describe('dependencies', () => {
  const of = (spec: SpecInput) =>
    run<{ kind: string; namespace: string; name: string }[]>(
      'dependencyInterpretation',
      'GetDependencies',
      stored(spec),
    ).map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);

  test('the claim that is named, and the Secrets and ConfigMaps of variables, each once', () => {
    const env = [
      { name: 'KEY', valueFrom: { secretKeyRef: { name: 's3', key: 'key' } } },
      { name: 'ID', valueFrom: { secretKeyRef: { name: 's3', key: 'id' } } },
      { name: 'KNOB', valueFrom: { configMapKeyRef: { name: 'knobs', key: 'knob' } } },
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'PLAIN', value: 's3' },
    ];
    expect(of({ ...DISTRIBUTED, env })).toEqual([
      'ConfigMap ml-training/knobs',
      'PersistentVolumeClaim ml-training/bert-checkpoints',
      'Secret ml-training/s3',
    ]);
  });

  test('none of what the operator makes itself, nor of a claim that is not used', () => {
    expect(of({ ...SIMPLE, checkpoint: { storage: { type: 'pvc' } } })).toEqual([]);
    expect(of({ ...SIMPLE, checkpoint: { enabled: false, storage: { pvcName: 'x' } } })).toEqual([]);
    expect(of({ ...SIMPLE, checkpoint: { storage: { type: 's3', s3Bucket: 'b', pvcName: 'x' } } })).toEqual([]);
    expect(of(SIMPLE)).toEqual([]);
  });
});

describe('what the operator may do', () => {
  interface Rule {
    readonly resources?: string[];
    readonly resourceNames?: string[];
    readonly nonResourceURLs?: string[];
    readonly verbs: string[];
  }
  interface Role {
    readonly rules: readonly Rule[];
  }
  const objects = (values: unknown) => subjectOf(trainingOperator, values).folders.get('') ?? [];
  const rulesOf = (values: unknown, kind: string, name = 'training-operator'): Role['rules'] =>
    (objects(values).find((each) => each.kind === kind && each.metadata.name === name) as Role | undefined)?.rules ??
    [];
  const mayDo = (values: unknown, kind: string, name?: string): string[] =>
    rulesOf(values, kind, name).flatMap(({ resources = [] }) => resources);

  test('is no verb for all, pods only to be read, and of Secrets its own by name, in its own namespace', () => {
    for (const [name, values] of Object.entries({ default: {}, ...trainingOperator.examples })) {
      const roles = objects(values).filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
      const rules = roles.flatMap(({ kind, rules }) => (rules as Rule[]).map((rule) => ({ kind, ...rule })));
      expect(JSON.stringify(rules), name).not.toContain('"*"');
      const about = (resource: string) => rules.filter(({ resources = [] }) => resources.includes(resource));
      expect(about('pods').flatMap(({ verbs }) => verbs)).toEqual(['list', 'watch']);
      for (const { kind, resourceNames, verbs } of [...about('secrets'), ...about('leases')]) {
        expect(kind).toBe('Role');
        // Of what does not exist yet no name can be asked for.
        if (verbs.join() !== 'create') expect(resourceNames).toHaveLength(1);
      }
      for (const resource of ['configmaps', 'services', 'events', 'jobs']) {
        expect(about(resource).flatMap(({ verbs }) => verbs)).not.toContain('update');
        expect(about(resource).flatMap(({ verbs }) => verbs)).not.toContain('deletecollection');
      }
    }
  });

  test('includes logs and PodGroups only where a setting needs them', () => {
    expect(mayDo({}, 'ClusterRole')).not.toEqual(expect.arrayContaining(['pods/log']));
    expect(mayDo({}, 'ClusterRole')).not.toEqual(expect.arrayContaining(['podgroups']));
    const values = { progress: { fromLogs: true }, podGroups: true };
    expect(mayDo(values, 'ClusterRole')).toEqual(expect.arrayContaining(['pods/log', 'podgroups']));
  });

  test('is bound in each namespace that is watched, and in the cluster to the keys of tokens alone', () => {
    const values = { watchNamespaces: ['team-a', 'team-b', 'team-a'] };
    const bindings = objects(values).filter(({ kind }) => kind === 'RoleBinding');
    const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'training-operator-jobs' };
    const subjects = [{ kind: 'ServiceAccount', name: 'controller-manager', namespace: 'training-operator' }];
    expect(bindings.filter(({ metadata }) => metadata.name === role.name)).toMatchObject([
      { metadata: { namespace: 'team-a' }, roleRef: role, subjects },
      { metadata: { namespace: 'team-b' }, roleRef: role, subjects },
    ]);
    expect(rulesOf(values, 'ClusterRole')).toEqual([
      { nonResourceURLs: ['/.well-known/openid-configuration', '/openid/v1/jwks'], verbs: ['get'] },
    ]);
    expect(mayDo(values, 'ClusterRole', role.name)).toEqual(mayDo({}, 'ClusterRole'));
    const inCluster = objects(values).filter(({ kind }) => kind === 'ClusterRoleBinding');
    expect(inCluster).toMatchObject([{ roleRef: { name: 'training-operator' } }]);
  });

  test('Argo CD may write where these bindings are, and nowhere else', () => {
    const projects = subjectOf(trainingOperator, { watchNamespaces: ['team-a'] }).folders.get('argocd') ?? [];
    const destinations = projects
      .filter(({ kind, metadata }) => kind === 'AppProject' && !metadata.name.endsWith('-karmada'))
      .map(({ spec }) => (spec as { destinations: { namespace: string }[] }).destinations);
    expect(destinations.map((each) => each.map(({ namespace }) => namespace))).toEqual([
      ['training-operator', 'team-a'],
    ]);
  });

  test('is bound in no namespace by the stack, where the namespaces say who may', () => {
    const values = { rights: 'namespaces', watchNamespaces: ['team-a'] };
    expect(rulesOf(values, 'ClusterRole')).toEqual([
      { nonResourceURLs: ['/.well-known/openid-configuration', '/openid/v1/jwks'], verbs: ['get'] },
    ]);
    expect(mayDo(values, 'ClusterRole', 'training-operator-jobs')).toEqual(mayDo({}, 'ClusterRole'));
    const bound = objects(values)
      .filter(({ kind }) => /RoleBinding$/.test(kind))
      .map((binding) => (binding as unknown as { roleRef: { name: string } }).roleRef.name);
    expect(bound).not.toContain('training-operator-jobs');
    expect(rulesOf({ ...values, progress: { enabled: false } }, 'ClusterRole')).toEqual([]);
  });

  test('has no Secret in it where cert-manager makes the certificate, which is for the name that workers call', () => {
    const values = { progress: { certificate: { madeBy: 'certManager', issuer: 'internal', issuerKind: 'Issuer' } } };
    expect(mayDo({}, 'Role')).toContain('secrets');
    expect(mayDo(values, 'Role')).not.toContain('secrets');
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever kind it asked for.
    const find = (kind: string): any => objects(values).find((each) => each.kind === kind);
    const { PROGRESS_CERTIFICATES, PROGRESS_URL } = find('ConfigMap').data;
    const { spec } = find('Certificate');
    expect(spec).toMatchObject({
      dnsNames: [new URL(PROGRESS_URL).hostname],
      issuerRef: { name: 'internal', kind: 'Issuer' },
    });
    const pod = find('Deployment').spec.template.spec;
    const mount = pod.containers[0].volumeMounts.find(
      ({ mountPath }: { mountPath: string }) => mountPath === PROGRESS_CERTIFICATES,
    );
    const volume = pod.volumes.find(({ name }: { name: string }) => name === mount.name);
    expect(volume.secret.secretName).toBe(spec.secretName);
    expect(objects({}).some(({ kind }) => kind === 'Certificate')).toBe(false);
  });
});
