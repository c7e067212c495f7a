// What a team adds to a workload without a change in code: the same for every workload of every stack.
import { z } from 'zod';
import { whole } from '../data/extras.ts';
import { affinity, toleration } from './placement.ts';
import * as s from './scalars.ts';
import { section } from './section.ts';

/** As Kubernetes has it: what is in it is its own business, and said by it. */
const anything = (...examples: Record<string, unknown>[]) => z.record(z.string(), z.unknown()).meta({ examples });

/** No two entries of a list have the same. */
const distinct =
  <Entry>(of: (entry: Entry) => string | undefined, field: readonly string[], message: string) =>
  (given: readonly Entry[], context: z.core.$RefinementCtx) => {
    const all = given.map(of);
    all.forEach((each, index) => {
      if (each === undefined || all.indexOf(each) === index) return;
      context.addIssue({ code: 'custom', path: [index, ...field], message });
    });
  };

const variableName = () => s.text('[A-Z_][A-Z0-9_]*', 'a variable name such as LOG_LEVEL', 101);
const key = z.strictObject({ name: s.objectName(), key: s.secretKey(), optional: z.boolean().optional() });
const variable = z.union([
  z.string().max(4096),
  z.strictObject({
    valueFrom: z.union([
      z.strictObject({ secretKeyRef: key }),
      z.strictObject({ configMapKeyRef: key }),
      z.strictObject({ fieldRef: z.strictObject({ fieldPath: z.string().max(200) }) }),
      z.strictObject({ resourceFieldRef: anything({ resource: 'limits.memory' }) }),
    ]),
  }),
]);
const source = z.strictObject({ name: s.objectName(), optional: z.boolean().optional() });
const variables = z.union([
  z.strictObject({ configMapRef: source, prefix: z.string().max(100).optional() }),
  z.strictObject({ secretRef: source, prefix: z.string().max(100).optional() }),
]);

const extraVolume = z
  .strictObject({
    name: s
      .text('[a-z0-9]([-a-z0-9]*[a-z0-9])?', 'lower-case letters, digits and dashes, at most 40', 40)
      .describe('Name of the volume; containers of yours know it with extra- before it.'),
    mountPath: s
      .text('/[-._/a-zA-Z0-9]+', 'an absolute path', 201)
      .optional()
      .describe("Where the workload's container sees it; left out: only containers of yours do."),
    subPath: s.text('[-._/a-zA-Z0-9]+', 'a path in the volume', 201).optional().describe('One file or folder of it.'),
    readOnly: z.boolean().optional().describe('Left out: a ConfigMap and a Secret are read-only, others are not.'),
    kind: z.enum(['configMap', 'secret']).optional().describe('What is mounted, with source;'),
    source: s.objectName().optional().describe('the name of that ConfigMap or Secret.'),
    volume: anything({ emptyDir: { sizeLimit: '1Gi' } }, { persistentVolumeClaim: { claimName: 'shared' } })
      .optional()
      .describe('In place of kind and source: a volume of any kind, as in a pod specification.'),
  })
  .superRefine(({ kind, source, volume }, context) => {
    if ((kind === undefined) === (source === undefined) && (kind === undefined) !== (volume === undefined)) return;
    context.addIssue({ code: 'custom', message: 'one with kind and source, or with volume' });
  })
  .meta({
    examples: [
      { name: 'ca', mountPath: '/etc/extra/ca', kind: 'configMap', source: 'company-ca' },
      {
        name: 'shared',
        mountPath: '/mnt/shared',
        readOnly: true,
        volume: { persistentVolumeClaim: { claimName: 'shared' } },
      },
    ],
    oneOf: [{ required: ['kind', 'source'] }, { required: ['volume'] }],
  });

const CONTAINER = {
  name: 'sidecar',
  image: 'registry.example.com/sidecar:1.0',
  resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '32Mi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  livenessProbe: { tcpSocket: { port: 9999 } },
  readinessProbe: { tcpSocket: { port: 9999 } },
};
const containers = (name: string) =>
  z
    .array(
      z
        .looseObject({
          name: s.dnsLabel().describe('Its name.'),
          image: z.string().min(1).max(500).describe('Its image, as a whole.'),
        })
        .meta({ examples: [{ ...CONTAINER, name }] }),
    )
    .max(10)
    .superRefine(distinct((each) => each.name, [], 'one of another name than those before'));

const amounts = (...examples: Record<string, unknown>[]) =>
  z
    .record(
      s.labelKey(),
      z.union([z.number().nonnegative(), s.optionalText('[0-9.]+[a-zA-Z]*', 'an amount such as 1, 500m or 2Gi')]),
    )
    .meta({ examples });

/** Fields with settings of their own, or that the program must be sure of. */
const without = (fields: readonly string[]) => (given: Record<string, unknown>, context: z.core.$RefinementCtx) => {
  for (const field of fields) {
    if (field in given)
      context.addIssue({ code: 'custom', path: [field], message: 'another field: this one has settings of its own' });
  }
};

const shapes = {
  pod: {
    labels: s.labels().optional().describe('Labels of the pods; those that the workload has stay.'),
    annotations: s.annotations().optional().describe('Annotations of the pods; those that the workload has stay.'),
    nodeSelector: s.labels().optional().describe('Labels that a node must have.'),
    tolerations: z.array(toleration()).max(20).optional().describe('Taints that the pods tolerate.'),
    affinity: affinity().optional().describe('Affinity, as in a pod specification.'),
    topologySpreadConstraints: z
      .array(
        anything({
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { app: 'web' } },
        }),
      )
      .max(10)
      .optional()
      .describe('How the pods are spread, as in a pod specification.'),
    priorityClassName: s.optionalName().optional().describe('PriorityClass; empty: the default of the cluster.'),
    runtimeClassName: s.optionalName().optional().describe('RuntimeClass, such as gvisor or nvidia.'),
    hostAliases: z
      .array(
        z.strictObject({
          ip: s.text('[0-9a-fA-F.:]+', 'an IP address', 45).describe('The address.'),
          hostnames: z.array(s.hostName()).min(1).max(20).describe('Its names.'),
        }),
      )
      .max(50)
      .optional()
      .describe('Names that the pods know by an address of their own.'),
    extraEnv: z
      .record(variableName(), variable)
      .optional()
      .describe(
        'Variables to add: a text, or valueFrom as in a pod specification, such as {valueFrom: {secretKeyRef: {name, key}}}.',
      ),
    envFrom: z.array(variables).max(20).optional().describe('ConfigMaps and Secrets of which every key is a variable.'),
    extraArgs: z
      .array(z.string().min(1).max(4096))
      .max(50)
      .optional()
      .describe('Arguments behind those of the program.'),
    extraVolumes: z
      .array(extraVolume)
      .max(20)
      .superRefine(distinct(({ name }) => name, [], 'one of another name than those before'))
      .superRefine(distinct(({ mountPath }) => mountPath, ['mountPath'], 'one that no other extra volume has'))
      .optional()
      .describe('Volumes of yours.'),
    extraContainers: containers('sidecar').optional().describe('Containers of yours beside the own one.'),
    extraInitContainers: containers('prepare')
      .optional()
      .describe('Init containers of yours, after those that wait for what the pod needs.'),
    resources: z
      .strictObject({
        requests: amounts({ 'ephemeral-storage': '1Gi' }).optional().describe('What the scheduler sets aside.'),
        limits: amounts({ 'nvidia.com/gpu': 1, 'ephemeral-storage': '2Gi' })
          .optional()
          .describe('What the container may not pass.'),
      })
      .optional()
      .describe(
        'Over the resources that the workload has, by name: extended resources such as nvidia.com/gpu too; an empty text leaves one out, such as the limit of cpu.',
      ),
    securityContext: anything({ supplementalGroups: [2000] })
      .optional()
      .describe("Over the pod's securityContext, field by field."),
    containerSecurityContext: anything({ capabilities: { drop: ['ALL'] } })
      .optional()
      .describe("Over the container's securityContext, field by field."),
    container: anything({ terminationMessagePolicy: 'FallbackToLogsOnError' })
      .superRefine(
        without(['name', 'image', 'env', 'envFrom', 'args', 'resources', 'securityContext', 'volumeMounts', 'ports']),
      )
      .optional()
      .describe('Any other field of the container, such as lifecycle or a probe, whole.'),
    spec: anything({ dnsConfig: { options: [{ name: 'ndots', value: '2' }] } })
      .superRefine(
        without([
          'containers',
          'initContainers',
          'volumes',
          'securityContext',
          'serviceAccountName',
          'automountServiceAccountToken',
          'affinity',
          'tolerations',
          'nodeSelector',
        ]),
      )
      .optional()
      .describe('Any other field of the pod specification, such as dnsConfig or schedulerName, whole.'),
  },
  serviceAccount: {
    labels: s.labels().optional().describe('Labels, such as azure.workload.identity/use.'),
    annotations: s
      .annotations()
      .optional()
      .describe('Annotations, such as eks.amazonaws.com/role-arn or iam.gke.io/gcp-service-account.'),
    automount: z.boolean().optional().describe('Whether pods get a token for the API server; left out: they do not.'),
  },
  service: {
    labels: s.labels().optional().describe('Labels of the Service.'),
    annotations: s.annotations().optional().describe('Annotations of the Service.'),
    type: z
      .enum(['ClusterIP', 'NodePort', 'LoadBalancer'])
      .optional()
      .describe('Its type; who may come in from outside is to be said in network.ingress.'),
    loadBalancerClass: s.labelKey().optional().describe('Which load balancer, for type LoadBalancer.'),
    loadBalancerSourceRanges: z.array(s.cidr()).max(50).optional().describe('Who may use it, for type LoadBalancer.'),
    spec: anything({ sessionAffinity: 'ClientIP' })
      .superRefine(without(['type', 'ports', 'selector', 'loadBalancerClass', 'loadBalancerSourceRanges']))
      .optional()
      .describe('Any other field of its specification, such as externalTrafficPolicy, whole.'),
  },
  network: {
    ingress: z
      .array(anything({ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }))
      .max(50)
      .optional()
      .describe('More rules of the NetworkPolicy: who may come in. [{}] lets everybody in.'),
    egress: z
      .array(anything({ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ port: 443, protocol: 'TCP' }] }))
      .max(50)
      .optional()
      .describe('More rules of the NetworkPolicy: where the pods may go.'),
  },
};

/** Of one schema each, however many workloads there are: a chart's schema says it once. */
const parts = {
  pod: whole(z.strictObject(shapes.pod).meta({ id: 'pod' })),
  serviceAccount: whole(z.strictObject(shapes.serviceAccount).meta({ id: 'serviceAccount' })),
  service: whole(z.strictObject(shapes.service).meta({ id: 'service' })),
  network: whole(z.strictObject(shapes.network).meta({ id: 'network' })),
};

/** What can be added to a workload without a Service. */
export const extras = () => ({
  pod: parts.pod.default({}).describe('What you add to the pods, as defaults.pod says.'),
  serviceAccount: parts.serviceAccount.default({}).describe('What you add to the ServiceAccount, as defaults says.'),
  network: parts.network.default({}).describe('What you add to the NetworkPolicy, as defaults says.'),
});

/** What can be added to a workload with a Service. */
export const serverExtras = () => ({
  ...extras(),
  service: parts.service.default({}).describe('What you add to the Service, as defaults says.'),
});
export type Extras = z.output<z.ZodObject<ReturnType<typeof extras>>> &
  Partial<z.output<z.ZodObject<ReturnType<typeof serverExtras>>>>;

/** What holds for all workloads of a stack. */
export const defaults = () =>
  section(
    'What holds for all workloads of the stack. What a workload itself says lies over it, and lists come behind.',
    {
      clusterUsers: whole(z.boolean())
        .default(false)
        .describe(
          'Pods run as whom the cluster says, for OpenShift, which refuses every other number; off: as the users that their images are made for.',
        ),
      pod: parts.pod.default({}).describe('What you add to all pods.'),
      serviceAccount: parts.serviceAccount.default({}).describe('What you add to all ServiceAccounts.'),
      service: parts.service.default({}).describe('What you add to all Services of workloads.'),
      network: parts.network.default({}).describe('What you add to the NetworkPolicies of all workloads.'),
    },
  );

/** Objects of a team's own, beside those of the stack. */
export const extraObjects = () =>
  whole(
    z
      .array(
        z
          .looseObject({
            apiVersion: s
              .text('([-.a-z0-9]+/)?v[0-9][a-z0-9]*', 'an API version such as v1 or apps/v1')
              .describe('Group and version.'),
            kind: s.text('[A-Z][A-Za-z0-9]*', 'a kind such as ConfigMap', 63).describe('Kind.'),
            metadata: z
              .looseObject({ name: s.text('[a-z0-9]([-.:a-z0-9]*[a-z0-9])?', 'a name').describe('Its name.') })
              .describe('Name, labels and the like.'),
          })
          .superRefine(({ kind }, context) => {
            if (kind !== 'Secret') return;
            const message = 'anything but a Secret: none is ever in a repository (secrets.source says who makes them)';
            context.addIssue({ code: 'custom', path: ['kind'], message });
          })
          .meta({
            examples: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'of-our-own' }, data: { a: 'b' } }],
          }),
      )
      .max(200)
      .superRefine(
        distinct(
          ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`,
          [],
          'one of another kind or name than those before',
        ),
      ),
  );
