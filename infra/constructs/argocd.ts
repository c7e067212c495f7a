import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  Application,
  type ApplicationSpec,
  type ApplicationSpecDestination,
  type ApplicationSpecIgnoreDifferences,
  AppProject,
  type AppProjectSpec,
} from '../../imports/argoproj.io.ts';
import { groupOf } from '../data/kube-object.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import { CHECK_FOLDER } from './check.ts';
import { OneTimeJob } from './job.ts';
import { namespaced } from './scopes.ts';
import { Folder, type Stack } from './stack.ts';

export interface GitopsProps {
  /** Folder of this environment in the repository. */
  readonly path: string;
  /** Name of the Application, unique in Argo CD. */
  readonly name: string;
  /** What goes to Karmada, where there is one: the objects of the folder karmada, or the stack's own beside them. */
  readonly karmada?: { readonly server: string; readonly brings: 'folder' | 'all' };
}

/** What a project lets an Application write, and where. */
interface Target {
  readonly name: string;
  readonly description: string;
  readonly destination: ApplicationSpecDestination;
  /** Folders of the repository. */
  readonly paths: readonly string[];
  /** Whether it is the stack's own objects, which are in its namespace. */
  readonly inNamespace: boolean;
  readonly objects: readonly ApiObject[];
}

const KARMADA_FOLDER = 'karmada';

type OfKind = (object: { readonly kind: string }) => boolean;

/** Of these three a project allows what the settings of now write. */
const isClusterWide: OfKind = (object) => !namespaced(object);
const isRight: OfKind = ({ kind }) => kind === 'Role' || kind === 'RoleBinding';
/** As whom the stack logs in to Karmada. */
const isIdentity: OfKind = ({ kind }) => kind === 'ServiceAccount';

/**
 * What settings can make a stack of ours write, by API group: all of it, for what a change of settings no longer writes has to
 * be allowed still to be pruned. No Secret: none is in a repository.
 */
const IN_NAMESPACES: Readonly<Record<string, readonly string[]>> = {
  '': ['ConfigMap', 'LimitRange', 'PersistentVolumeClaim', 'Pod', 'ResourceQuota', 'Service', 'ServiceAccount'],
  apps: ['Deployment', 'StatefulSet'],
  autoscaling: ['HorizontalPodAutoscaler'],
  batch: ['CronJob', 'Job'],
  'cert-manager.io': ['Certificate', 'Issuer'],
  'cloud.google.com': ['BackendConfig'],
  'external-secrets.io': ['ExternalSecret'],
  'gateway.networking.k8s.io': ['HTTPRoute'],
  'kafka.strimzi.io': ['Kafka', 'KafkaNodePool'],
  'monitoring.coreos.com': ['PrometheusRule', 'ServiceMonitor'],
  'networking.gke.io': ['FrontendConfig', 'ManagedCertificate'],
  'networking.k8s.io': ['Ingress', 'NetworkPolicy'],
  policy: ['PodDisruptionBudget'],
  'postgresql.cnpg.io': ['Cluster', 'ScheduledBackup'],
};

/** The Argo CD projects and applications that deploy this environment. They live beside Argo CD, in a sub-folder. */
export class ArgoApplication extends Construct {
  constructor(stack: Stack, { karmada, name, path }: GitopsProps) {
    const { gitops, namespace } = stack.settings;
    const objects = objectsOf(stack);
    const own = objects.get('') ?? [];
    const forKarmada = objects.get(KARMADA_FOLDER) ?? [];
    super(new Folder(stack, 'argocd', gitops.namespace), 'gitops');
    if (gitops.checkAfterSync) for (const object of objects.get(CHECK_FOLDER) ?? []) runAfterSync(object);
    this.deploy(stack, {
      name,
      description: `${stack.name}: this repository into one namespace of one cluster, and nothing else.`,
      destination: { server: gitops.server, namespace: namespace.name },
      inNamespace: true,
      paths: gitops.checkAfterSync ? [path, `${path}/${CHECK_FOLDER}`] : [path],
      objects: gitops.checkAfterSync ? [...own, ...(objects.get(CHECK_FOLDER) ?? [])] : own,
    });
    if (!karmada?.server) return;
    const folder = `${path}/${KARMADA_FOLDER}`;
    this.deploy(stack, {
      name: `${name}-karmada`,
      description: `${stack.name}: what this repository has for Karmada, and nothing else.`,
      destination: { server: karmada.server, namespace: namespace.name },
      inNamespace: karmada.brings === 'all',
      paths: karmada.brings === 'all' ? [path, folder] : [folder],
      objects: karmada.brings === 'all' ? [...own, ...forKarmada] : forKarmada,
    });
  }

  private deploy(stack: Stack, target: Target): void {
    const { gitops } = stack.settings;
    const { destination, name, paths } = target;
    const metadata = { name, ...metadataOf(gitops) };
    new AppProject(this, `${name}-project`, { metadata: { name }, spec: projectOf(stack.settings, target) });
    const kept = keptAsTheyAre(target.objects);
    const [source, ...further] = paths.map((path) => ({
      repoUrl: gitops.repoUrl,
      path,
      targetRevision: gitops.revision,
    }));
    new Application(this, name, {
      metadata,
      spec: {
        project: name,
        ...(source && (further.length > 0 ? { sources: [source, ...further] } : { source })),
        destination,
        info: [{ name: 'Written by', value: `npm run synth, of ${paths.join(' and ')}` }],
        revisionHistoryLimit: gitops.historyLimit,
        ...(kept.length > 0 && { ignoreDifferences: kept }),
        syncPolicy: syncPolicyOf(gitops, kept.length > 0),
      },
    });
  }
}

type Gitops = CommonSettings['gitops'];

function metadataOf({ notifications, onDeletion }: Gitops) {
  const subscriptions = notifications.map(({ recipients, service, trigger }): [string, string] => [
    `notifications.argoproj.io/subscribe.${trigger}.${service}`,
    recipients,
  ]);
  return {
    ...(subscriptions.length > 0 && { annotations: Object.fromEntries(subscriptions) }),
    ...(onDeletion === 'remove' && { finalizers: ['resources-finalizer.argocd.argoproj.io'] }),
  };
}

function projectOf(settings: CommonSettings, target: Target): AppProjectSpec {
  const { repoUrl, signatureKeys, syncWindows } = settings.gitops;
  const { description, destination, inNamespace, objects } = target;
  const clusterWide = kindsOf(objects, isClusterWide);
  const namespacedKinds = [
    ...(inNamespace ? inNamespaces() : kindsOf(objects, isIdentity)),
    ...kindsOf(objects, isRight),
  ];
  const brought = (is: boolean, known: readonly Kind[]) => (inNamespace ? broughtKinds(settings, is, known) : []);
  return {
    description,
    sourceRepos: [repoUrl],
    destinations: [destination, ...elsewhere(objects, destination)],
    clusterResourceWhitelist: [...clusterWide, ...brought(false, clusterWide)],
    namespaceResourceWhitelist: [...namespacedKinds, ...brought(true, namespacedKinds)],
    ...(signatureKeys.length > 0 && { signatureKeys: signatureKeys.map((keyId) => ({ keyId })) }),
    ...(syncWindows.length > 0 && { syncWindows: syncWindows.map((window) => ({ ...window, applications: ['*'] })) }),
  };
}

/** Namespaces beside its own in which a stack writes something: rights, in those that it looks after. */
function elsewhere(
  objects: readonly ApiObject[],
  { namespace, server }: ApplicationSpecDestination,
): ApplicationSpecDestination[] {
  const named = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  return [...named]
    .filter((each) => each !== namespace)
    .sort()
    .map((each) => ({ server, namespace: each }));
}

function syncPolicyOf({ autoSync }: Gitops, keepsSome: boolean): NonNullable<ApplicationSpec['syncPolicy']> {
  return {
    ...(autoSync && { automated: { prune: true, selfHeal: true } }),
    // Jobs are replaced when they are applied (job.ts): a sync must leave alone what has not changed, or every
    // change of anything would run all Jobs again.
    syncOptions: [
      'ServerSideApply=true',
      'ApplyOutOfSyncOnly=true',
      ...(keepsSome ? ['RespectIgnoreDifferences=true'] : []),
    ],
    // A first sync waits for Secrets and certificates that others make.
    retry: { limit: 10, backoff: { duration: '10s', factor: 2, maxDuration: '5m' } },
  };
}

interface Kind {
  readonly group: string;
  readonly kind: string;
}

function kindsOf(objects: readonly ApiObject[], among: OfKind): Kind[] {
  const kinds = new Map(objects.filter(among).map((each) => [each.kind, each.apiGroup]));
  // The API server's first group has no name, and cdk8s calls it core.
  return [...kinds].sort().map(([kind, group]) => ({ group: group === 'core' ? '' : group, kind }));
}

/** Of the objects that a team brings itself. */
function broughtKinds({ extraObjects }: CommonSettings, inNamespace: boolean, known: readonly Kind[]): Kind[] {
  const kinds = extraObjects
    .filter((object) => namespaced(object) === inNamespace)
    .map((object) => ({ group: groupOf(object), kind: object.kind }));
  const titles = known.map(({ group, kind }) => `${group}/${kind}`);
  return [...new Map(kinds.map((each) => [`${each.group}/${each.kind}`, each]))]
    .filter(([title]) => !titles.includes(title))
    .map(([, each]) => each);
}

const inNamespaces = (): Kind[] =>
  Object.entries(IN_NAMESPACES).flatMap(([group, kinds]) => kinds.map((kind) => ({ group, kind })));

/** Gone when it has ended well: what it may do, it may only meanwhile. */
const AFTER_SYNC: Readonly<Record<string, string>> = {
  'argocd.argoproj.io/hook': 'PostSync',
  'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation,HookSucceeded',
};

function runAfterSync({ metadata }: ApiObject): void {
  for (const [key, value] of Object.entries(AFTER_SYNC)) metadata.addAnnotation(key, value);
}

interface Annotated {
  metadata: { annotations?: Record<string, string> };
}

/** As part of a chart it is the test of a release, for which Helm has hooks of its own. */
export function withoutSyncHook<Given extends Annotated>(object: Given): Given {
  const { annotations = {}, ...metadata } = object.metadata;
  const left = Object.entries(annotations).filter(([key]) => !(key in AFTER_SYNC));
  return { ...object, metadata: { ...(left.length > 0 && { annotations: Object.fromEntries(left) }), ...metadata } };
}

/** By folder; the environment's own under ''. */
function objectsOf(stack: Stack): Map<string, ApiObject[]> {
  const folders = new Map<string, ApiObject[]>();
  for (const object of stack.node.findAll().filter((each): each is ApiObject => each instanceof ApiObject)) {
    const folder = object.chart === stack ? '' : object.chart.node.id;
    folders.set(folder, [...(folders.get(folder) ?? []), object]);
  }
  return folders;
}

/** What a sync leaves as the cluster has it, where it has it already. */
function keptAsTheyAre(objects: readonly ApiObject[]): ApplicationSpecIgnoreDifferences[] {
  // What has run is left as it was, whatever the image is by now.
  const jobs = jobsThatRunOnce(objects).map((name) => ({
    group: 'batch',
    kind: 'Job',
    name,
    jsonPointers: ['/spec'],
  }));
  // It can never be changed, and was another one in the first versions.
  const serviceNames = { group: 'apps', kind: 'StatefulSet', jsonPointers: ['/spec/serviceName'] };
  return [...jobs, ...(objects.some(({ kind }) => kind === 'StatefulSet') ? [serviceNames] : [])];
}

function jobsThatRunOnce(objects: readonly ApiObject[]): string[] {
  return objects.flatMap(({ node }) =>
    node.scope instanceof OneTimeJob && node.scope.runsOnce ? [node.scope.jobName] : [],
  );
}
