import { expect, test } from 'vitest';
import { external } from '../../../infra/constructs/endpoint.ts';
import { ScheduledJob } from '../../../infra/constructs/job.ts';
import { http, tcp } from '../../../infra/constructs/probes.ts';
import type { Stack } from '../../../infra/constructs/stack.ts';
import { scheduledJobProps, serverProps } from '../../../infra/constructs/team-image.ts';
import { WebService, type WebServiceProps } from '../../../infra/constructs/web-service.ts';
import { extras } from '../../../infra/settings/extras.ts';
import { autoscaling, image, resources } from '../../../infra/settings/fragments.ts';
import { scheduledJob, server } from '../../../infra/settings/workloads.ts';
import { build, extrasOf } from './build.ts';

const props: WebServiceProps = {
  title: 'Web',
  component: 'web',
  image: image({ repository: 'team/web' }).parse({}),
  user: 1234,
  replicas: 2,
  resources: resources({ cpu: '100m', memory: '128Mi' }, { cpu: '200m', memory: '256Mi' }).parse({}),
  extras: extrasOf(),
  ports: { http: 8000 },
  servicePorts: { http: 80 },
  probes: { liveness: http('/', 8000), readiness: tcp(8000) },
};
const web =
  (more: Partial<WebServiceProps> = {}) =>
  (stack: Stack) =>
    new WebService(stack, 'web', { ...props, ...more });
const { pod } = extras();
const podOf = (built: ReturnType<typeof build>, kind = 'Deployment') => built.find(kind, 'web').spec.template;

test('a pod is restricted, whatever it is asked to be', () => {
  const { spec } = podOf(build(web()));
  expect(spec).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    serviceAccountName: 'web',
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1234,
      runAsGroup: 1234,
      fsGroup: 1234,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
      },
    ],
  });
});

test('only a named reason makes the root writable, and only for the workload itself', () => {
  const built = build(
    web({
      writableRoot: { reason: 'the image writes beside its binary' },
      talksTo: [{ to: external('Queue', 'queue', { cidrs: ['10.0.0.0/8'], port: 5 }), waitSeconds: 9 }],
    }),
  );
  const { containers, initContainers } = podOf(built).spec;
  expect(containers[0].securityContext.readOnlyRootFilesystem).toBe(false);
  expect(initContainers[0].securityContext.readOnlyRootFilesystem).toBe(true);
});

test('a changed ConfigMap rolls the pods, and an unchanged one does not', () => {
  const checksumOf = (config: Record<string, string>) =>
    podOf(build(web({ config }))).metadata.annotations['checksum/config'];
  expect(checksumOf({ A: '1', B: '2' })).toBe(checksumOf({ B: '2', A: '1' }));
  expect(checksumOf({ A: '1', B: '2' })).not.toBe(checksumOf({ A: '1', B: '3' }));
  expect(podOf(build(web({ config: { A: '1' } }))).spec.containers[0].envFrom).toEqual([
    { configMapRef: { name: 'web' } },
  ]);
});

test('a Secret is mounted read-only, for its owner and the group of the pod alone', () => {
  const mounts = [{ name: 'keys', path: '/keys', from: { secret: 'keys', keys: ['a'] } }];
  const { containers, volumes } = podOf(build(web({ mounts }))).spec;
  expect(volumes).toContainEqual({
    name: 'keys',
    secret: { secretName: 'keys', defaultMode: 0o400, items: [{ key: 'a', path: 'a' }] },
  });
  expect(containers[0].volumeMounts).toContainEqual({ name: 'keys', mountPath: '/keys', readOnly: true });
});

test('what a team adds to the pods arrives', () => {
  const settings = pod.parse({
    annotations: { note: 'x' },
    nodeSelector: { gpu: 'yes' },
    tolerations: [{ key: 'gpu', operator: 'Exists' }],
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
    priorityClassName: 'high',
    extraEnv: { EXTRA: 'e' },
    extraVolumes: [{ name: 'ca', mountPath: '/ca', kind: 'configMap', source: 'company-ca' }],
  });
  const { metadata, spec } = podOf(build(web({ extras: extrasOf({ pod: settings }) })));
  expect(metadata.annotations).toEqual({ note: 'x' });
  expect(spec).toMatchObject({
    nodeSelector: { gpu: 'yes' },
    tolerations: [{ key: 'gpu', operator: 'Exists' }],
    affinity: { nodeAffinity: {} },
    priorityClassName: 'high',
  });
  expect(spec.containers[0].env).toContainEqual({ name: 'EXTRA', value: 'e' });
  expect(spec.volumes).toContainEqual({ name: 'extra-ca', configMap: { name: 'company-ca' } });
});

test('two volumes in one place are refused with the place', () => {
  const settings = pod.parse({ extraVolumes: [{ name: 'x', mountPath: '/tmp', kind: 'secret', source: 'x' }] });
  expect(() => build(web({ extras: extrasOf({ pod: settings }) }))).toThrow(
    /extraVolumes\.0\.mountPath: "\/tmp" is not allowed; allowed: a path at which nothing else/,
  );
});

test('variables that are set already are refused, all of them, wherever they come from', () => {
  const settings = pod.parse({ extraEnv: { OWN: 'a', LEVEL: 'b', FREE: 'c' } });
  expect(() => build(web({ extras: extrasOf({ pod: settings }), env: { OWN: '1' }, config: { LEVEL: '2' } }))).toThrow(
    /^web\.pod\.extraEnv\.LEVEL: "b" is not allowed.*\nweb\.pod\.extraEnv\.OWN: "a" is not allowed[^\n]*$/,
  );
});

test('an image takes registry and tag from the settings of all images, its own where it has them', () => {
  const images = { registry: 'r.example.com/x', tag: '7', pullPolicy: 'Always' as const, pullSecrets: ['r'] };
  const { spec } = podOf(build(web(), { images }));
  expect(spec.containers[0]).toMatchObject({ image: 'r.example.com/x/team/web:7', imagePullPolicy: 'Always' });
  expect(spec.imagePullSecrets).toEqual([{ name: 'r' }]);
  const digest = `sha256:${'a'.repeat(64)}`;
  const own = image({ registry: 'docker.io', repository: 'library/nginx', tag: '1.2' }).parse({ digest });
  expect(podOf(build(web({ image: own }), { images })).spec.containers[0].image).toBe(
    `docker.io/library/nginx:1.2@${digest}`,
  );
});

test('the number of pods is written, or left to the autoscaler from that number on', () => {
  const fixed = build(web());
  expect(fixed.find('Deployment', 'web').spec.replicas).toBe(2);
  const scaled = build(web({ autoscaling: autoscaling({ maxReplicas: 5 }).parse({ enabled: true, cpuPercent: 60 }) }));
  expect(scaled.find('Deployment', 'web').spec).not.toHaveProperty('replicas');
  expect(scaled.find('HorizontalPodAutoscaler', 'web').spec).toMatchObject({ minReplicas: 2, maxReplicas: 5 });
});

test('an update takes no pod away before another is ready, and a drained node one at a time', () => {
  const built = build(web({ disruptionBudget: true, topologySpread: true }));
  const { strategy, template } = built.find('Deployment', 'web').spec;
  expect(strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  expect(built.find('PodDisruptionBudget', 'web').spec.maxUnavailable).toBe(1);
  expect(template.spec.topologySpreadConstraints).toHaveLength(2);
});

test('a worker without ports has no Service; NodePorts make one of that type', () => {
  const { ports: _, servicePorts: __, ...worker } = props;
  const built = build((stack) => new WebService(stack, 'web', worker));
  expect(built.objects.map(({ kind }) => kind)).not.toContain('Service');
  expect(build(web()).find('Service', 'web').spec).toMatchObject({
    type: 'ClusterIP',
    ports: [{ port: 80, targetPort: 'http' }],
  });
  const open = build(web({ nodePorts: { http: 30_001 } })).find('Service', 'web').spec;
  expect(open).toMatchObject({ type: 'NodePort', ports: [{ nodePort: 30_001 }] });
});

test('a scheduled run gives up waiting, and says for what, before it is out of time', () => {
  const queue = { to: external('Queue', 'queue', { cidrs: ['10.0.0.0/8'], port: 5 }), waitSeconds: 300 };
  const settings = scheduledJob('', {
    image: { repository: 'team/web' },
    schedule: '*/5 * * * *',
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '100m', memory: '128Mi' },
  }).parse({});
  const { find } = build(
    (stack) =>
      new ScheduledJob(stack, 'web', {
        ...scheduledJobProps(settings),
        title: 'Web',
        component: 'web',
        talksTo: [queue],
      }),
  );
  const { spec } = find('CronJob', 'web').spec.jobTemplate;
  expect(Number(spec.template.spec.initContainers[0].command[5])).toBeLessThan(spec.activeDeadlineSeconds / 3);
});

test('what is not ready takes no requests, and is restarted only for what a restart mends', () => {
  const probesOf = (paths: object) =>
    serverProps(
      server('', {
        image: { repository: 'team/web' },
        port: 8000,
        requests: { cpu: '100m', memory: '128Mi' },
        limits: { cpu: '100m', memory: '128Mi' },
      }).parse(paths),
    ).probes;
  expect(probesOf({ readyPath: '/ready' })).toMatchObject({ liveness: tcp(8000), readiness: http('/ready', 8000) });
  expect(probesOf({ healthPath: '/well' })).toMatchObject({
    liveness: http('/well', 8000),
    readiness: http('/well', 8000),
  });
});
