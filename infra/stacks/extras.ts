import type { z } from 'zod';
import type { defaults, extras, serverExtras } from '../settings/extras.ts';

type Given<Fragment extends () => z.core.$ZodShape> = z.input<z.ZodObject<ReturnType<Fragment>>>;

const SIDECAR = {
  name: 'sidecar',
  image: 'registry.example.com/tools/sidecar:1.4.2',
  args: ['--greeting', 'yes: "quoted" {{ braces }}'],
  resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '32Mi' } },
  volumeMounts: [{ name: 'extra-shared', mountPath: '/shared' }],
};

/** Everything that a team can add to a workload without a Service, for the examples of the stacks. */
export const EXTRAS = {
  pod: {
    labels: { 'example.com/tier': 'gold' },
    annotations: { 'example.com/on-call': 'team "a": weekdays' },
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'dedicated', value: 'ml', effect: 'NoSchedule' }, { operator: 'Exists' }],
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { 'example.com/tier': 'gold' } },
      },
    ],
    priorityClassName: 'important',
    runtimeClassName: 'gvisor',
    hostAliases: [{ ip: '192.0.2.7', hostnames: ['licenses.example.com'] }],
    extraEnv: {
      FEATURES: 'a,b',
      GREETING: 'yes: "quoted" {{ braces }}',
      LICENSE_KEY: { valueFrom: { secretKeyRef: { name: 'license', key: 'key' } } },
      REGION: { valueFrom: { configMapKeyRef: { name: 'company', key: 'region', optional: true } } },
      NODE: { valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    },
    envFrom: [
      { configMapRef: { name: 'company' } },
      { secretRef: { name: 'proxies', optional: true }, prefix: 'PROXY_' },
    ],
    extraVolumes: [
      { name: 'ca', mountPath: '/etc/extra/ca', kind: 'configMap', source: 'company-ca' },
      { name: 'license', mountPath: '/etc/extra/license', kind: 'secret', source: 'license' },
      { name: 'shared', mountPath: '/mnt/shared', volume: { emptyDir: { sizeLimit: '1Gi' } } },
    ],
    extraContainers: [SIDECAR],
    extraInitContainers: [{ ...SIDECAR, name: 'prepare', restartPolicy: 'Always' }],
    resources: {
      requests: { 'ephemeral-storage': '1Gi' },
      limits: { 'nvidia.com/gpu': 1, 'ephemeral-storage': '2Gi', cpu: '' },
    },
    securityContext: { supplementalGroups: [2000] },
    containerSecurityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    container: { terminationMessagePolicy: 'FallbackToLogsOnError' },
    spec: { dnsConfig: { options: [{ name: 'ndots', value: '2' }] }, schedulerName: 'volcano' },
  },
  serviceAccount: {
    labels: { 'azure.workload.identity/use': 'true' },
    annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/ml' },
    automount: true,
  },
  network: {
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'data' } } }] }],
    egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ port: 443, protocol: 'TCP' }] }],
  },
} satisfies Given<typeof extras>;

/** Of one with a Service. */
export const SERVER_EXTRAS = {
  ...EXTRAS,
  service: {
    labels: { 'example.com/shown': 'yes' },
    annotations: { 'service.beta.kubernetes.io/aws-load-balancer-type': 'external' },
    type: 'LoadBalancer',
    loadBalancerClass: 'service.k8s.aws/nlb',
    loadBalancerSourceRanges: ['192.0.2.0/24', '2001:db8::/32'],
    spec: { externalTrafficPolicy: 'Local' },
  },
} satisfies Given<typeof serverExtras>;

/** What holds for all workloads, some of which add to it. */
export const DEFAULTS: z.input<ReturnType<typeof defaults>> = {
  clusterUsers: true,
  pod: {
    labels: { 'example.com/tier': 'iron', 'sidecar.istio.io/inject': 'true' },
    tolerations: [{ key: 'kubernetes.io/arch', value: 'arm64', effect: 'NoSchedule' }],
    nodeSelector: { 'kubernetes.io/arch': 'arm64' },
    resources: { limits: { cpu: '' } },
    extraEnv: { HTTPS_PROXY: 'http://proxy.example.com:3128', HOME: '/nowhere' },
  },
  serviceAccount: { annotations: { 'example.com/owner': 'ml' } },
  service: { annotations: { 'example.com/owner': 'ml' } },
  network: { egress: [{ to: [{ ipBlock: { cidr: '198.51.100.7/32' } }], ports: [{ port: 3128 }] }] },
};

/** Objects of a team's own. */
export const EXTRA_OBJECTS = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'of-our-own' },
    data: { greeting: '{{ "hello" }}', on: 'yes' },
  },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'important' }, value: 1000000 },
];
