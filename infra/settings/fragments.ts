// Groups of settings that stacks share. Each field has a default and a doc line; both go into the Helm chart too.
import { z } from 'zod';
import { cronFields } from './cron.ts';
import { defaults, extraObjects, extras } from './extras.ts';
import * as s from './scalars.ts';
import { section } from './section.ts';
import { THIRD_PARTY_IMAGES } from './third-party-images.ts';

/** Of either family: a cluster has the one, the other, or both. */
export const ANYWHERE = ['0.0.0.0/0', '::/0'];
/** Where a company's own servers are, until its ranges are said. */
export const PRIVATE = ['10.0.0.0/8', 'fd00::/8'];

export { section } from './section.ts';

export interface Amounts {
  cpu: string;
  memory: string;
}

const amounts = (doc: string, defaults: Amounts) =>
  section(doc, {
    cpu: s.cpu().default(defaults.cpu).describe('CPUs, such as 500m or 2.'),
    memory: s.bytes().default(defaults.memory).describe('Memory, such as 512Mi.'),
  });

export const resources = (requests: Amounts, limits: Amounts) =>
  section('What each container may use.', {
    requests: amounts('What the scheduler sets aside.', requests),
    limits: amounts('What the container may not pass; at least the requests.', limits),
  });
export type Resources = z.output<ReturnType<typeof resources>>;

/** An image of ours leaves registry and tag empty (they come from `images`); a third party's has its own, pinned. */
export const image = (defaults: { registry?: string; repository: string; tag?: string }) =>
  section('The container image.', {
    registry: s
      .registryHost()
      .default(defaults.registry ?? '')
      .describe('Registry; empty: the one of images.registry.'),
    repository: s.imageRepository().default(defaults.repository).describe('Name of the image in the registry.'),
    tag: s
      .imageTag()
      .default(defaults.tag ?? '')
      .describe('Version; empty: the one of images.tag.'),
    digest: s.imageDigest().default('').describe('Digest that pins the image beyond its tag; empty: the tag decides.'),
  });
export type Image = z.output<ReturnType<typeof image>>;

export const images = () =>
  section('What all images have in common.', {
    registry: s
      .registryHost()
      .default('')
      .describe('Registry and path of our own images; empty: images of the node itself.'),
    tag: s.fixedTag().default('latest').describe('Version of our own images. Production settings refuse latest.'),
    pullPolicy: z
      .enum(['IfNotPresent', 'Always', 'Never'])
      .default('IfNotPresent')
      .describe('When a node pulls an image.'),
    pullSecrets: z.array(s.objectName()).max(5).default([]).describe('Names of Secrets with registry credentials.'),
    wait: image(THIRD_PARTY_IMAGES.busybox).describe(
      'The image whose shell waits for what a pod needs before it starts.',
    ),
  });
export type Images = z.output<ReturnType<typeof images>>;

export const namespace = (name: string, podSecurity: 'restricted' | 'privileged' = 'restricted') =>
  section('The namespace and its bounds.', {
    name: s.dnsLabel().default(name).describe('Name of the namespace.'),
    create: z.boolean().default(true).describe('Write the Namespace itself; off where an administrator makes it.'),
    shared: z
      .boolean()
      .default(false)
      .describe(
        "Others use it too: what is denied by default is denied to this stack's pods alone. Quota and LimitRange know no labels, so there can be none.",
      ),
    podSecurity: z
      .enum(['restricted', 'baseline', 'privileged'])
      .default(podSecurity)
      .describe('Pod Security Standard that the namespace enforces.'),
    quota: section('ResourceQuota: the most that the namespace may use in all.', {
      enabled: z.boolean().default(false).describe('Write the ResourceQuota.'),
      requests: amounts('Sum of all requests.', { cpu: '20', memory: '40Gi' }),
      limits: amounts('Sum of all limits.', { cpu: '40', memory: '80Gi' }),
      pods: z.int().min(1).max(10_000).default(100).describe('Number of pods.'),
      storage: s.bytes().default('500Gi').describe('Sum of all volume claims.'),
    }),
    limitRange: section('LimitRange: what a container gets that says nothing itself.', {
      enabled: z.boolean().default(false).describe('Write the LimitRange.'),
      requests: amounts('Requests of a container without any.', { cpu: '100m', memory: '128Mi' }),
      limits: amounts('Limits of a container without any.', { cpu: '500m', memory: '512Mi' }),
    }),
  });

export const storage = () =>
  section('Volumes.', {
    className: s
      .optionalName()
      .default('')
      .describe("StorageClass of every volume claim; empty: the cluster's default."),
  });
export type Storage = z.output<ReturnType<typeof storage>>;

export const volume = (size: string) =>
  section('The volume claim.', {
    size: s.bytes().default(size).describe('Size asked for.'),
  });

export const autoscaling = (defaults: { maxReplicas: number; byMemory?: boolean }) =>
  section('HorizontalPodAutoscaler.', {
    enabled: z.boolean().default(false).describe('Scale by use; replicas is then the least.'),
    maxReplicas: z
      .int()
      .min(1)
      .max(100)
      .default(defaults.maxReplicas)
      .describe('The most replicas; at least replicas.'),
    cpuPercent: z.int().min(1).max(1000).default(80).describe('CPU use, in percent of the requests, to keep to.'),
    byMemory: z
      .boolean()
      .default(defaults.byMemory ?? true)
      .describe('Scale by memory too; off for what keeps the memory that it once had, such as a model server.'),
    scaleDownSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(300)
      .describe('How long use must have been lower before pods are taken away.'),
    memoryPercent: z.int().min(1).max(100).default(80).describe('Memory use, in percent of the requests, to keep to.'),
  });
export type Autoscaling = z.output<ReturnType<typeof autoscaling>>;

export const replicas = (count = 1) => z.int().min(1).max(50).default(count).describe('Number of pods.');
export const disruptionBudget = () =>
  z.boolean().default(false).describe('PodDisruptionBudget: a drained node takes one pod at a time.');
export const topologySpread = () =>
  z.boolean().default(false).describe('Spread the pods over nodes and zones, where there are several.');

export const isolation = () =>
  section('NetworkPolicies: everything is denied but what the services declare.', {
    enabled: z.boolean().default(true).describe('Write the NetworkPolicies.'),
    dnsNamespace: s.dnsLabel().default('kube-system').describe("Namespace of the cluster's DNS pods."),
    dnsLabels: s
      .labels()
      .default({ 'k8s-app': 'kube-dns' })
      .describe('Labels of these pods; of OpenShift dns.operator.openshift.io/daemonset-dns: default.'),
    dnsPort: s.port().default(53).describe('Port of these pods, behind that of their Service; of OpenShift 5353.'),
    dnsCidrs: z.array(s.cidr()).max(5).default([]).describe('Addresses of a node-local DNS cache, where there is one.'),
    ingressNamespace: s.dnsLabel().default('ingress-nginx').describe('Namespace of the ingress controller.'),
    ingressCidrs: z
      .array(s.cidr())
      .max(20)
      .default([])
      .describe(
        'Addresses from where one comes in as well: of an ingress controller or a gateway that is no pod (an ALB, a load balancer of Google, the network of the nodes), whatever the exposure.',
      ),
    ingressNamespaces: z
      .array(s.dnsLabel())
      .max(10)
      .default([])
      .describe('Namespaces from where one comes in as well, such as that of a gateway whose route is yours.'),
    mesh: section('The control plane of a service mesh, which the proxies beside the containers must reach.', {
      namespace: s
        .optionalDnsLabel()
        .default('')
        .describe('Its namespace, such as istio-system; empty: there is none.'),
      port: s.port().default(15_012).describe('The port of its pods.'),
    }),
    kubernetesApi: section("The cluster's API server, for operators that must reach it.", {
      cidrs: z.array(s.cidr()).min(1).max(10).default(ANYWHERE).describe('Address ranges it may have.'),
      ports: z
        .array(z.strictObject({ port: s.port().describe('The port.') }))
        .min(1)
        .max(5)
        .prefault([{ port: 443 }, { port: 6443 }])
        .describe('Ports at which it may be: 443 of most clouds, 6443 of kubeadm.'),
    }),
  });
export type Isolation = z.output<ReturnType<typeof isolation>>;

/** A place outside the namespace, as a NetworkPolicy can name it. */
export function endpoint(doc: string, defaults: { cidrs: string[]; port: number }) {
  return section(doc, {
    cidrs: z.array(s.cidr()).min(1).max(10).default(defaults.cidrs).describe('Address ranges it may have.'),
    port: s.port().default(defaults.port).describe('Its port.'),
  });
}

const NO_MONITORING = { enabled: false, labels: {} };

export const monitoring = ({ enabled, labels }: { enabled: boolean; labels: Record<string, string> } = NO_MONITORING) =>
  section('prometheus-operator and Grafana, where they run already.', {
    enabled: z.boolean().default(enabled).describe('Write ServiceMonitors, alerts and the dashboard.'),
    namespace: s.dnsLabel().default('monitoring').describe('Namespace of Prometheus, which may then read the metrics.'),
    labels: s.labels().default(labels).describe('Labels by which your Prometheus picks monitors and rules up.'),
    interval: s.duration({ least: '100ms', most: '1d' }).default('30s').describe('Time between two scrapes.'),
    runbooks: s
      .httpUrl()
      .default('https://git.example.com/ml-platform/ml-platform/src/main/docs/runbooks.md')
      .describe('Page that says what to do; each alert links to its section.'),
  });
export type Monitoring = z.output<ReturnType<typeof monitoring>>;

const syncWindow = z.strictObject({
  kind: z.enum(['allow', 'deny']).describe('Whether it lets changes in or keeps them out.'),
  schedule: cronFields().describe('When it begins, as a cron line.'),
  duration: s.text('[1-9][0-9]{0,2}[mh]', 'a duration such as 30m or 8h').describe('How long it lasts.'),
  timeZone: s.timeZone().default('UTC').describe('Time zone of the schedule.'),
  manualSync: z.boolean().default(false).describe('Let people sync by hand outside of it.'),
});

const notification = z.strictObject({
  trigger: s.dnsLabel().describe('Name of the trigger, such as on-sync-failed.'),
  service: s.dnsLabel().describe('Name of the service, such as slack.'),
  recipients: s
    .text('[-+._@#a-zA-Z0-9]+(;[-+._@#a-zA-Z0-9]+)*', 'names of channels or addresses, with semicolons between them')
    .describe('Who is told.'),
});

/** A stack of which some objects are for Karmada adds where that is. */
export const gitops = <More extends z.ZodRawShape = Record<never, never>>(more: More = {} as More) =>
  section('Argo CD.', {
    namespace: s.dnsLabel().default('argocd').describe('Namespace of Argo CD.'),
    repoUrl: s
      .text(
        '(https://|ssh://git@)[-.a-zA-Z0-9]+(:[0-9]{1,5})?(/[-._~a-zA-Z0-9]+)+|git@[-.a-zA-Z0-9]+:[-._~/a-zA-Z0-9]+',
        'a git address without a password',
      )
      .default('https://git.example.com/ml-platform/ml-platform.git')
      .describe('The git repository that holds charts-out.'),
    revision: s
      .text('[-._/a-zA-Z0-9]+', 'a branch, tag or commit', 100)
      .default('main')
      .describe('What Argo CD follows.'),
    signatureKeys: z
      .array(s.text('[0-9A-F]{16}', 'the 16 hexadecimal digits of a GnuPG key', 16))
      .max(50)
      .default([])
      .describe('Keys of which one must have signed the commit; none: any commit is applied.'),
    server: s
      .httpUrl()
      .default('https://kubernetes.default.svc')
      .describe('API server of the cluster to deploy to, as Argo CD knows it.'),
    autoSync: z.boolean().default(true).describe('Apply changes by itself, prune what has gone, undo manual changes.'),
    syncWindows: z.array(syncWindow).max(20).default([]).describe('When changes may be applied; none: always.'),
    checkAfterSync: z
      .boolean()
      .default(false)
      .describe('Run the check after every sync (a PostSync hook); a sync after which it fails has failed.'),
    historyLimit: z.int().min(0).max(100).default(10).describe('Deployments that are remembered, to go back to.'),
    onDeletion: z
      .enum(['keep', 'remove'])
      .default('keep')
      .describe('What becomes of all that was applied when the Application is deleted.'),
    notifications: z
      .array(notification)
      .max(20)
      .default([])
      .describe("What Argo CD's notifications tell to whom, such as on-sync-failed to a channel of slack."),
    ...more,
  });

/** Of a stack with objects for Karmada. */
export const karmadaServer = () =>
  s
    .optionalHttpUrl()
    .default('')
    .describe('API server of Karmada, as Argo CD knows it; empty: somebody applies the folder karmada by hand.');

/** One choice for all Secrets that no manifest holds and that people or programs of theirs have to bring. */
export const secrets = () =>
  section('Who makes the Secrets that the pods wait for. None of them is ever written by this program.', {
    source: z
      .enum(['deploy', 'externalSecrets', 'sealedSecrets', 'sops'])
      .default('deploy')
      .describe(
        'npm run deploy, which makes random ones; External Secrets, by objects that are written here; or you, by Sealed Secrets or SOPS, from the templates of the folder secrets.',
      ),
    externalSecrets: section('For External Secrets.', {
      store: section('The store that has the values.', {
        kind: z.enum(['ClusterSecretStore', 'SecretStore']).default('ClusterSecretStore').describe('Its kind.'),
        name: s.objectName().default('secrets').describe('Its name.'),
      }),
      path: s
        .optionalText('[-._/a-zA-Z0-9]+', 'the beginning of a path such as team/prod/', 200)
        .default('')
        .describe('What stands in front of the name of each Secret in the store, such as ml-platform/prod/.'),
      refreshInterval: s
        .duration({ least: '10s', most: '7d' })
        .default('1h')
        .describe('Time after which the store is asked again.'),
    }),
  });
export type SecretsSettings = z.output<ReturnType<typeof secrets>>;

/** What proves after an installation that the stack does its work. A stack whose check can do more adds its fields. */
export const check = <More extends z.ZodRawShape = Record<never, never>>(more: More = {} as More) =>
  section('The check after an installation: the folder check, or helm test.', {
    timeoutSeconds: z
      .int()
      .min(10)
      .max(3600)
      .default(240)
      .describe('It gives up after this; helm test does after 300.'),
    ...extras(),
    ...more,
  });

/** How its pods and Services are on the cluster's network. */
const network = () =>
  section("How the stack is on the cluster's network.", {
    ipFamilyPolicy: z
      .enum(['clusterDefault', 'SingleStack', 'PreferDualStack', 'RequireDualStack'])
      .default('clusterDefault')
      .describe('Of every Service: addresses of one family or of both; clusterDefault: the first one of the cluster.'),
    initWaits: z
      .boolean()
      .default(true)
      .describe(
        "Init containers wait for what a pod needs. Off where they have no network: beside a mesh's proxy that is no native sidecar; pods then fail and start again until it is there.",
      ),
  });

/** The settings that every stack has, to be spread into its schema. */
export const common = (stack: string) => ({
  production: z.boolean().default(false).describe("Hold the settings to production's rules: no image tag latest."),
  commonLabels: s.labels().default({}).describe('Labels for every object.'),
  namePrefix: s
    .namePrefix()
    .default('')
    .describe(
      'What all names of objects begin with; for a second installation in one namespace, with Secrets of its own.',
    ),
  namespace: namespace(stack),
  images: images(),
  storage: storage(),
  network: network(),
  isolation: isolation(),
  monitoring: monitoring(),
  gitops: gitops(),
  secrets: secrets(),
  check: check(),
  defaults: defaults(),
  extraObjects: extraObjects()
    .default([])
    .describe('Objects of yours to apply with those of the stack, as they are; without a namespace they get its own.'),
});
export type CommonSettings = z.output<z.ZodObject<ReturnType<typeof common>>>;
