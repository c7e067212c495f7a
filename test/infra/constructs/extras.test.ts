import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../../infra/settings/load.ts';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { EXTRA_OBJECTS, EXTRAS, SERVER_EXTRAS } from '../../../infra/stacks/extras.ts';
import { stacks } from '../../../infra/stacks/index.ts';
import { podsOf } from '../rules/pods.ts';
import { all, own, subjectOf } from '../subjects.ts';

const stack = (name: string): StackDefinition => {
  const found = stacks.find((each) => each.name === name);
  if (!found) throw new Error(`no stack ${name}`);
  return found;
};

/** What a stack makes of these settings. */
function made(name: string, values: object) {
  const objects = all(subjectOf(stack(name), values));
  return {
    objects,
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever kind it asked for.
    find: (kind: string, called: string): any => {
      const found = objects.find((object) => object.kind === kind && object.metadata.name === called);
      if (!found) throw new Error(`no ${kind} ${called}`);
      return found;
    },
  };
}

const mistakes = (name: string, values: object): string => {
  const loaded = loadSettings(stack(name).settings, [{ source: 'test', values }]);
  return loaded.ok ? '' : loaded.mistakes.map(({ path, allowed }) => `${path}: ${allowed}`).join('\n');
};

describe('every workload can be added to in the same way', () => {
  const { find } = made('flts', {
    database: { ...SERVER_EXTRAS, bundled: { backup: { enabled: true, ...EXTRAS } } },
    kafka: { topicsJob: EXTRAS },
    check: EXTRAS,
  });
  const pods = {
    'a database': () => find('StatefulSet', 'postgres').spec.template,
    'a job': () => find('Job', 'kafka-topics').spec.template,
    'a job on a schedule': () => find('CronJob', 'postgres-backup').spec.jobTemplate.spec.template,
    'the check': () => find('Pod', 'flts-check'),
  };

  test.each(Object.keys(pods) as (keyof typeof pods)[])('%s', (which) => {
    const { metadata, spec } = pods[which]();
    const { extraArgs: _, ...given } = { extraArgs: [], ...EXTRAS.pod };
    expect(metadata).toMatchObject({ labels: given.labels, annotations: given.annotations });
    expect(metadata.labels.app).toBeDefined();
    expect(spec).toMatchObject({
      nodeSelector: given.nodeSelector,
      tolerations: given.tolerations,
      affinity: given.affinity,
      topologySpreadConstraints: given.topologySpreadConstraints,
      priorityClassName: 'important',
      runtimeClassName: 'gvisor',
      hostAliases: given.hostAliases,
      dnsConfig: given.spec.dnsConfig,
      automountServiceAccountToken: true,
    });
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, supplementalGroups: [2000] });
    const [container, sidecar] = spec.containers;
    expect(container.env).toEqual(
      expect.arrayContaining([
        { name: 'FEATURES', value: 'a,b' },
        { name: 'LICENSE_KEY', valueFrom: { secretKeyRef: { name: 'license', key: 'key' } } },
      ]),
    );
    expect(container.envFrom).toEqual(given.envFrom);
    expect(container).toMatchObject({
      terminationMessagePolicy: 'FallbackToLogsOnError',
      securityContext: { allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container.resources.limits).toMatchObject({ 'nvidia.com/gpu': '1', 'ephemeral-storage': '2Gi' });
    expect(container.resources.limits).toHaveProperty('memory');
    expect(container.resources.limits).not.toHaveProperty('cpu');
    expect(sidecar).toMatchObject({ name: 'sidecar', securityContext: { capabilities: { drop: ['ALL'] } } });
    expect(spec.initContainers.at(-1)).toMatchObject({ name: 'prepare', restartPolicy: 'Always' });
    expect(spec.volumes).toEqual(
      expect.arrayContaining([
        { name: 'extra-license', secret: { secretName: 'license', defaultMode: 0o400 } },
        { name: 'extra-shared', emptyDir: { sizeLimit: '1Gi' } },
      ]),
    );
    expect(container.volumeMounts).toEqual(
      expect.arrayContaining([
        { name: 'extra-ca', mountPath: '/etc/extra/ca', readOnly: true },
        { name: 'extra-shared', mountPath: '/mnt/shared' },
      ]),
    );
  });

  test('and so can its ServiceAccount, its Service and its NetworkPolicy', () => {
    expect(find('ServiceAccount', 'postgres')).toMatchObject({
      metadata: EXTRAS.serviceAccount.annotations && {
        labels: EXTRAS.serviceAccount.labels,
        annotations: EXTRAS.serviceAccount.annotations,
      },
      automountServiceAccountToken: true,
    });
    const { annotations, labels, type, loadBalancerClass, loadBalancerSourceRanges } = SERVER_EXTRAS.service;
    expect(find('Service', 'postgres')).toMatchObject({
      metadata: { annotations, labels },
      spec: { type, loadBalancerClass, loadBalancerSourceRanges, externalTrafficPolicy: 'Local' },
    });
    const { spec } = find('NetworkPolicy', 'postgres');
    expect(spec.ingress.at(-1)).toEqual(EXTRAS.network.ingress[0]);
    expect(spec.egress).toEqual(EXTRAS.network.egress);
  });
});

test('no workload of any stack has to do without: all that has a pod or a policy of its own has a section', () => {
  for (const definition of stacks) {
    const given = { pod: { labels: { 'example.com/seen': 'yes' } } };
    const { objects } = made(definition.name, { defaults: given });
    expect(
      podsOf(objects)
        .filter(({ labels }) => labels['example.com/seen'] !== 'yes')
        .map(({ owner }) => owner),
    ).toEqual([]);
  }
});

test('what holds for all lies under what a workload says: maps by key, lists behind one another', () => {
  const all = { nodeSelector: { arch: 'arm64', zone: 'a' }, tolerations: [{ key: 'arm' }] };
  const mine = { nodeSelector: { arch: 'amd64' }, tolerations: [{ key: 'gpu' }] };
  const { find } = made('flts', {
    defaults: { pod: { ...all, extraEnv: { HTTPS_PROXY: 'p', HOME: '/nowhere' } } },
    inference: { pod: mine },
  });
  const { spec } = find('Deployment', 'inference').spec.template;
  expect(spec.nodeSelector).toEqual({ arch: 'amd64', zone: 'a' });
  expect(spec.tolerations.map(({ key }: { key: string }) => key)).toEqual(['arm', 'gpu']);
  // A variable that the workload needs itself stays.
  expect(spec.containers[0].env).toContainEqual({ name: 'HTTPS_PROXY', value: 'p' });
  expect(spec.containers[0].env.filter(({ name }: { name: string }) => name === 'HOME')).toEqual([
    { name: 'HOME', value: '/tmp' },
  ]);
  expect(find('StatefulSet', 'kafka').spec.template.spec.nodeSelector).toEqual({ arch: 'arm64', zone: 'a' });
});

test.each(stacks)('$name leaves users to the cluster where it is told to, and stays restricted', ({ name }) => {
  const { objects } = made(name, { defaults: { clusterUsers: true } });
  for (const { spec } of podsOf(objects)) {
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(JSON.stringify(spec)).not.toMatch(/"(runAsUser|runAsGroup|fsGroup)"/);
  }
});

test('no CPU limit anywhere, by one setting', () => {
  const { objects } = made('preempt', { defaults: { pod: { resources: { limits: { cpu: '' } } } } });
  const limits = podsOf(objects).map(({ spec }) => spec.containers[0]?.resources?.limits ?? {});
  expect(limits.length).toBeGreaterThan(8);
  expect(limits.filter((each) => 'cpu' in each || !('memory' in each))).toEqual([]);
});

test('what operators make they are told in their own words', () => {
  const { find } = made('flts', {
    database: { mode: 'cloudnativepg', ...EXTRAS },
    kafka: { mode: 'strimzi', ...EXTRAS },
  });
  const { affinity, nodeSelector, tolerations } = EXTRAS.pod;
  expect(find('Cluster', 'postgres').spec).toMatchObject({
    affinity: { nodeSelector, tolerations, nodeAffinity: affinity.nodeAffinity, enablePodAntiAffinity: true },
    serviceAccountTemplate: { metadata: { annotations: EXTRAS.serviceAccount.annotations } },
    inheritedMetadata: { labels: EXTRAS.pod.labels },
    priorityClassName: 'important',
  });
  expect(find('KafkaNodePool', 'kafka-nodes').spec).toMatchObject({
    template: { pod: { tolerations, affinity, priorityClassName: 'important' } },
    resources: { limits: { 'nvidia.com/gpu': '1' } },
  });
});

describe('objects of a team', () => {
  test('are there as they are, in the namespace of the stack where their kind has one', () => {
    const { find } = made('preempt', { namespace: { name: 'weather' }, extraObjects: EXTRA_OBJECTS });
    expect(find('ConfigMap', 'of-our-own')).toEqual({
      ...EXTRA_OBJECTS[0],
      metadata: { name: 'of-our-own', namespace: 'weather' },
    });
    expect(find('PriorityClass', 'important').metadata).toEqual({ name: 'important' });
    const project = find('AppProject', 'preempt-test');
    expect(project.spec.clusterResourceWhitelist).toContainEqual({ group: 'scheduling.k8s.io', kind: 'PriorityClass' });
  });

  test('are no Secrets, and none that the stack has already', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } };
    expect(mistakes('preempt', { extraObjects: [secret] })).toMatch(/^extraObjects\.0\.kind: anything but a Secret/);
    const taken = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'api' } };
    expect(() => made('preempt', { extraObjects: [taken] })).toThrow(/extraObjects\.0: .*Service api/);
  });
});

describe('what would not work is refused', () => {
  test('a Service for clients from outside whom nobody lets in', () => {
    const closed = { inference: { service: { type: 'LoadBalancer' } } };
    expect(mistakes('flts', closed)).toMatch(
      /^inference\.service\.type: ClusterIP while network\.ingress says nothing/,
    );
    expect(mistakes('flts', { inference: { ...closed.inference, network: { ingress: [{}] } } })).toBe('');
    expect(mistakes('flts', { ...closed, isolation: { enabled: false } })).toBe('');
  });

  test('a volume that is of no kind, or of two', () => {
    const volume = (given: object) => ({ inference: { pod: { extraVolumes: [{ name: 'x', ...given }] } } });
    for (const wrong of [{}, { kind: 'secret' }, { kind: 'secret', source: 'a', volume: { emptyDir: {} } }])
      expect(mistakes('flts', volume(wrong))).toMatch(/extraVolumes\.0: one with kind and source, or with volume/);
    expect(mistakes('flts', volume({ volume: { emptyDir: {} } }))).toBe('');
  });

  test('a field that has a setting of its own', () => {
    expect(mistakes('flts', { inference: { pod: { spec: { volumes: [] } } } })).toMatch(/pod\.spec\.volumes: another/);
  });

  test.each([
    ['a volume of the node', { extraVolumes: [{ name: 'x', volume: { hostPath: { path: '/' } } }] }, /volume extra-x/],
    ['the network of the node', { spec: { hostNetwork: true } }, /hostNetwork/],
    [
      'a container with more rights',
      { extraContainers: [{ name: 'x', image: 'y:1', securityContext: { privileged: true } }] },
      /container x: privileged/,
    ],
    ['root', { securityContext: { runAsUser: 0 } }, /runAsUser/],
  ])('%s, unless the standard of the namespace is lower', (_what, pod, told) => {
    const values = { inference: { pod } };
    expect(() => made('flts', values)).toThrow(told);
    expect(() => made('flts', values)).toThrow(/inference\.pod: .*namespace\.podSecurity/);
    expect(
      own(subjectOf(stack('flts'), { ...values, namespace: { podSecurity: 'privileged' } })).length,
    ).toBeGreaterThan(5);
  });
});
