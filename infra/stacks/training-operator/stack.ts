import { ApiObject } from 'cdk8s';
import { Certificate } from '../../../imports/cert-manager.io.ts';
import { OPERATOR } from '../../../service/contract.ts';
import { customResourceDefinition } from '../../../service/trainingjob/schema/crd.ts';
import { ArgoApplication } from '../../constructs/argocd.ts';
import { Check, servicesAnswer } from '../../constructs/check.ts';
import { kubernetesApi, namespacePeer } from '../../constructs/endpoint.ts';
import { k8s } from '../../constructs/k8s.ts';
import { KEEP } from '../../constructs/keep.ts';
import { StackNamespace } from '../../constructs/namespace.ts';
import { http, SLOW_START } from '../../constructs/probes.ts';
import type { Stack } from '../../constructs/stack.ts';
import { kubernetesCredentials, type Mount } from '../../constructs/volume.ts';
import { WebService } from '../../constructs/web-service.ts';
import type { BuildContext } from '../definition.ts';
import { isMadeByCertManager } from './created-at-deploy.ts';
import { ThroughKarmada } from './karmada.ts';
import { grantRights } from './rights.ts';
import type { Settings } from './settings.ts';

/** Deployment and label that commands and dashboards of teams know. */
export const MANAGER = 'controller-manager';
const METRICS_SERVICE = `${MANAGER}-metrics-service`;

const METRICS_PORT = 8080;
const PROGRESS_PORT = 8443;
/** The Secret that cert-manager fills: the pods wait until it is there, and the kubelet follows its renewals. */
const CERTIFICATE: Mount = {
  name: 'progress-certificate',
  path: '/etc/progress-certificate',
  from: { secret: OPERATOR.certificateSecret },
};
/** `node` in the image (infra/images/backend.Dockerfile). */
const USER = 1000;

/** The kind TrainingJob, and the operator that runs its objects. */
export function build(stack: Stack, settings: Settings, { environment }: BuildContext): void {
  new StackNamespace(stack, 'namespace');
  new ApiObject(stack, 'definition', {
    ...customResourceDefinition,
    // With the definition all TrainingJobs of the cluster would go.
    metadata: { ...customResourceDefinition.metadata, annotations: KEEP },
  });
  const manager = operator(stack, settings);
  grantRights(stack, manager.name, settings);
  certificate(stack, manager.name, settings);
  metricsService(stack, manager);
  const metrics = `http://${stack.named(METRICS_SERVICE)}:${METRICS_PORT}${OPERATOR.paths.metrics}`;
  new Check(stack, servicesAnswer(stack, [metrics]));
  new ThroughKarmada(stack, settings);
  new ArgoApplication(stack, {
    name: `training-operator-${environment}`,
    path: `charts-out/training-operator/${environment}`,
    karmada: { server: settings.gitops.karmadaServer, brings: 'all' },
  });
}

function operator(stack: Stack, settings: Settings): WebService {
  const { isolation, manager, monitoring, namespace, podGroups, progress, watchNamespaces } = settings;
  const { env } = OPERATOR;
  const name = stack.named(MANAGER);
  const ports: Record<string, number> = progress.enabled
    ? { metrics: METRICS_PORT, progress: PROGRESS_PORT }
    : { metrics: METRICS_PORT };
  return new WebService(stack, MANAGER, {
    title: 'Operator of TrainingJobs',
    component: 'operator',
    image: manager.image,
    user: USER,
    command: ['node', OPERATOR.program],
    replicas: manager.replicas,
    disruptionBudget: manager.disruptionBudget,
    topologySpread: manager.topologySpread,
    extras: manager,
    podLabels: { 'control-plane': MANAGER },
    ports,
    servicePorts: ports,
    metrics: { port: 'metrics', path: OPERATOR.paths.metrics, tellsOfOthers: true },
    admits: [
      // Workers of any namespace report.
      ...(progress.enabled ? [{ port: 'progress', peers: 'anyone' as const }] : []),
      // A Prometheus that was told of the metrics by hand.
      ...(monitoring.enabled ? [] : [{ port: 'metrics', peers: [namespacePeer(monitoring.namespace)] }]),
    ],
    talksTo: [{ to: kubernetesApi(isolation) }],
    mounts: [kubernetesCredentials, ...(isMadeByCertManager(settings) ? [CERTIFICATE] : [])],
    fields: { [env.ownName]: 'metadata.name', [env.ownNamespace]: 'metadata.namespace' },
    config: {
      [env.namespaces]: watchNamespaces.join(','),
      [env.workers]: String(manager.workers),
      [env.metricsPort]: String(METRICS_PORT),
      [env.progressPort]: String(PROGRESS_PORT),
      [env.progressUrl]: progress.enabled ? `https://${name}.${namespace.name}.svc:${PROGRESS_PORT}` : '',
      [env.progressCertificates]: isMadeByCertManager(settings) ? CERTIFICATE.path : '',
      [env.progressFromLogs]: String(progress.fromLogs),
      [env.podGroups]: String(podGroups),
      [env.logLevel]: manager.logLevel,
    },
    probes: {
      startup: http(OPERATOR.paths.health, METRICS_PORT, SLOW_START),
      liveness: http(OPERATOR.paths.health, METRICS_PORT),
      readiness: http(OPERATOR.paths.ready, METRICS_PORT, { periodSeconds: 5 }),
    },
    resources: manager.resources,
    graceSeconds: 30,
  });
}

function certificate(stack: Stack, manager: string, settings: Settings): void {
  if (!isMadeByCertManager(settings)) return;
  const { issuer, issuerKind } = settings.progress.certificate;
  const host = `${manager}.${settings.namespace.name}.svc`;
  new Certificate(stack, 'certificate', {
    metadata: { name: stack.named('trainingjob-progress') },
    spec: {
      secretName: OPERATOR.certificateSecret,
      dnsNames: [host],
      usages: ['server auth'],
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      issuerRef: { name: issuer, kind: issuerKind, group: 'cert-manager.io' },
    },
  });
}

/** By the name and the port that scrape configurations of teams look for. */
function metricsService(stack: Stack, manager: WebService): void {
  new k8s.KubeService(stack, 'metrics-service', {
    metadata: { name: stack.named(METRICS_SERVICE), labels: { 'control-plane': MANAGER } },
    spec: {
      ...stack.ipFamilies,
      selector: manager.selector,
      ports: [
        { name: 'metrics', port: METRICS_PORT, protocol: 'TCP', targetPort: k8s.IntOrString.fromString('metrics') },
      ],
    },
  });
}
