import { describe, expect, test } from 'vitest';
import { mlPlatform } from '../../infra/stacks/ml-platform/index.ts';
import type { KubeObject } from '../../infra/synth/synthesize.ts';
import { rules } from './rules/index.ts';
import { type Container, type PodSpec, podsOf } from './rules/pods.ts';
import { own, type Subject, settingsOf, subject } from './subjects.ts';

// Each rule is shown an environment that is right but for one thing, and must name it: a rule that finds nothing any
// more would let everything through.

const MONITORED = { ...mlPlatform.environments.prod, monitoring: { enabled: true } };

function broken(change: (subject: Subject) => void): string[] {
  const definition = mlPlatform;
  const fresh = subject(definition, settingsOf(definition, MONITORED));
  expect(Object.values(rules).flatMap((rule) => rule(fresh))).toEqual([]);
  change(fresh);
  return Object.values(rules).flatMap((rule) => rule(fresh));
}

function find(subject: Subject, kind: string, name: string): KubeObject {
  const object = own(subject).find((each) => each.kind === kind && each.metadata.name === name);
  if (!object) throw new Error(`${kind}/${name}`);
  return object;
}
const remove = (subject: Subject, kind: string, name: string): void => {
  own(subject).splice(own(subject).indexOf(find(subject, kind, name)), 1);
};
// biome-ignore lint/suspicious/noExplicitAny: the changes below reach into any object, to break it.
const spec = (subject: Subject, kind: string, name: string): any => find(subject, kind, name).spec;
function pod(subject: Subject, name = 'ml-platform-backend'): PodSpec {
  const [found] = podsOf(own(subject).filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name));
  if (!found) throw new Error(name);
  return found.spec;
}
function container(subject: Subject): Container {
  const [first] = pod(subject).containers;
  if (!first) throw new Error('no container');
  return first;
}

interface Case {
  readonly breaks: string;
  readonly change: (subject: Subject) => void;
  readonly told: RegExp;
}

const API = 'ml-platform-backend';
const cases: Case[] = [
  {
    breaks: 'a new pod writes to the volume that the old one holds',
    change: (s) => {
      pod(s).volumes?.push({ name: 'models', persistentVolumeClaim: { claimName: 'postgres-pvc' } });
      container(s).volumeMounts?.push({ name: 'models', mountPath: '/models' });
    },
    told: /a new pod waits for the volume models of the old one/,
  },
  {
    breaks: 'each sync replaces what has not changed',
    change: (s) => {
      find(s, 'Service', API).metadata.annotations = { 'argocd.argoproj.io/sync-options': 'Force=true,Replace=true' };
      const [application] = (s.folders.get('argocd') ?? []).filter(({ kind }) => kind === 'Application');
      Object.assign(application?.spec ?? {}, { syncPolicy: { syncOptions: ['ServerSideApply=true'] } });
    },
    told: /Service\/ml-platform-backend: every sync of Argo CD replaces it/,
  },
  {
    breaks: 'a kind that the project of Argo CD does not know',
    change: (s) => Object.assign(find(s, 'ConfigMap', API), { apiVersion: 'example.com/v1', kind: 'Oddity' }),
    told: /Application\/ml-platform-test: its project does not allow Oddity\/ml-platform-backend/,
  },
  {
    breaks: 'a volume claim is missing',
    change: (s) => remove(s, 'PersistentVolumeClaim', 'postgres-pvc'),
    told: /no PersistentVolumeClaim\/postgres-pvc/,
  },
  {
    breaks: 'a ConfigMap is missing',
    change: (s) => remove(s, 'ConfigMap', API),
    told: /no ConfigMap\/ml-platform-backend/,
  },
  { breaks: 'a ServiceAccount is missing', change: (s) => remove(s, 'ServiceAccount', API), told: /no ServiceAccount/ },
  {
    breaks: 'a Secret is not on the list',
    change: (s) => pod(s).volumes?.push({ name: 'x', secret: { secretName: 'nobody-makes-it' } }),
    told: /no Secret\/nobody-makes-it/,
  },
  {
    breaks: 'a key of a Secret is not on the list',
    change: (s) =>
      container(s).env?.push({
        name: 'X',
        valueFrom: { secretKeyRef: { name: 'postgres-credentials', key: 'no-such-key' } },
      }),
    told: /with the key no-such-key/,
  },
  {
    breaks: 'a Service selects nothing',
    change: (s) => Object.assign(spec(s, 'Service', API).selector, { 'app.kubernetes.io/name': 'x' }),
    told: /Service\/ml-platform-backend selects no pod/,
  },
  {
    breaks: 'a Service has another port than its pods',
    change: (s) => Object.assign(spec(s, 'Service', API).ports[0], { targetPort: 'web' }),
    told: /port http is no port of its pods/,
  },
  {
    breaks: 'the pod of a StatefulSet is named by a Service with an address of its own',
    change: (s) => Object.assign(spec(s, 'StatefulSet', 'postgres'), { serviceName: 'postgres' }),
    told: /StatefulSet\/postgres: Service\/postgres is no headless Service/,
  },
  {
    breaks: 'an Ingress goes nowhere',
    change: (s) =>
      Object.assign(spec(s, 'Ingress', 'ml-platform').rules[0].http.paths[0].backend.service, { name: 'x' }),
    told: /no Service\/x/,
  },
  {
    breaks: 'an Ingress names a port that is not there',
    change: (s) =>
      Object.assign(spec(s, 'Ingress', 'ml-platform').rules[0].http.paths[0].backend.service.port, { name: 'x' }),
    told: /has no such port/,
  },
  {
    breaks: 'an autoscaler has no target',
    change: (s) => Object.assign(spec(s, 'HorizontalPodAutoscaler', API).scaleTargetRef, { name: 'x' }),
    told: /no Deployment\/x/,
  },
  {
    breaks: 'a disruption budget covers nothing',
    change: (s) =>
      Object.assign(spec(s, 'PodDisruptionBudget', API).selector.matchLabels, { 'app.kubernetes.io/name': 'x' }),
    told: /PodDisruptionBudget\/ml-platform-backend selects no pod/,
  },
  {
    breaks: 'a monitor has no port',
    change: (s) => Object.assign(spec(s, 'ServiceMonitor', API).endpoints[0], { port: 'x' }),
    told: /no Service has the port x/,
  },
  {
    breaks: 'a NodePort is out of range',
    change: (s) => Object.assign(spec(s, 'Service', API).ports[0], { nodePort: 80 }),
    told: /NodePort 80 is not in/,
  },
  {
    breaks: 'a NodePort is taken twice',
    change: (s) => {
      for (const name of [API, 'ml-platform-frontend'])
        Object.assign(spec(s, 'Service', name).ports[0], { nodePort: 30_100 });
    },
    told: /30100 is taken/,
  },
  {
    breaks: 'a pod may run as root',
    change: (s) => Object.assign(pod(s).securityContext ?? {}, { runAsNonRoot: false }),
    told: /runAsNonRoot/,
  },
  {
    breaks: 'a pod has no seccomp profile',
    change: (s) => delete pod(s).securityContext?.seccompProfile,
    told: /seccomp/,
  },
  {
    breaks: 'a pod mounts a token',
    change: (s) => delete pod(s).automountServiceAccountToken,
    told: /ServiceAccount token/,
  },
  {
    breaks: 'a pod mounts the host',
    change: (s) => pod(s).volumes?.push({ name: 'host', hostPath: { path: '/' } }),
    told: /volume host/,
  },
  {
    breaks: 'a container keeps capabilities',
    change: (s) => Object.assign(container(s).securityContext ?? {}, { capabilities: {} }),
    told: /capabilities/,
  },
  {
    breaks: 'a container may gain privileges',
    change: (s) => delete container(s).securityContext?.allowPrivilegeEscalation,
    told: /gain privileges/,
  },
  {
    breaks: 'a container has no limits',
    change: (s) => delete container(s).resources?.limits,
    told: /no limit for cpu/,
  },
  {
    breaks: 'a container asks for more than it may have',
    change: (s) => Object.assign(container(s).resources?.requests ?? {}, { memory: '9Ti' }),
    told: /more memory than its limit/,
  },
  { breaks: 'a container is not probed', change: (s) => delete container(s).livenessProbe, told: /no livenessProbe/ },
  {
    breaks: 'an image of production is not pinned',
    change: (s) => Object.assign(container(s), { image: 'x:latest' }),
    told: /not pinned/,
  },
  {
    breaks: 'an image has no tag',
    change: (s) => Object.assign(container(s), { image: 'registry:5000/x' }),
    told: /no tag/,
  },
  { breaks: 'an argument is empty', change: (s) => container(s).args?.push(''), told: /empty argument/ },
  {
    breaks: 'a Secret is written',
    change: (s) => own(s).push({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }),
    told: /made at deploy, not written/,
  },
  {
    breaks: 'a password is written',
    change: (s) => container(s).env?.push({ name: 'DB_PASSWORD', value: 'hunter2' }),
    told: /DB_PASSWORD has its value/,
  },
  {
    breaks: 'an address holds a password',
    change: (s) => container(s).env?.push({ name: 'X', value: 'postgresql://u:hunter2@db/x' }),
    told: /password in an address/,
  },
  {
    breaks: 'nothing denies by default',
    change: (s) => remove(s, 'NetworkPolicy', 'default-deny'),
    told: /nothing denies/,
  },
  {
    breaks: 'pods of others are denied in a namespace that is shared',
    change: (s) => Object.assign(s.settings.namespace, { shared: true }),
    told: /default-deny selects the pods of others/,
  },
  { breaks: 'a pod has no policy', change: (s) => remove(s, 'NetworkPolicy', API), told: /has no NetworkPolicy/ },
  {
    breaks: 'a policy does not let a declared client in',
    change: (s) => Object.assign(spec(s, 'NetworkPolicy', 'postgres'), { ingress: [] }),
    told: /may go to StatefulSet\/postgres:5432/,
  },
  {
    breaks: 'a policy lets out to anywhere',
    change: (s) => spec(s, 'NetworkPolicy', API).egress.push({}),
    told: /lets out to anywhere/,
  },
  {
    breaks: 'an object is in another namespace',
    change: (s) => Object.assign(find(s, 'Service', API).metadata, { namespace: 'x' }),
    told: /in the namespace x/,
  },
  { breaks: 'an object stands twice', change: (s) => own(s).push(find(s, 'Service', API)), told: /stands twice/ },
];

describe('a rule tells when', () => {
  test.each(cases)('$breaks', ({ change, told }) => {
    expect(broken(change).join('\n')).toMatch(told);
  });

  test.each<Case>([
    {
      breaks: 'a field is unknown',
      change: (s) => Object.assign(pod(s), { hostname2: 'x' }),
      told: /additional properties/,
    },
    {
      breaks: 'a field has the wrong type',
      change: (s) => Object.assign(spec(s, 'Deployment', 'ml-platform-frontend'), { replicas: '2' }),
      told: /must be integer/,
    },
    {
      breaks: 'a field is missing',
      change: (s) => delete (container(s) as Partial<Container>).name,
      told: /must have required property/,
    },
    {
      breaks: 'a kind is unknown',
      change: (s) => own(s).push({ apiVersion: 'apps/v1', kind: 'Deploymint', metadata: { name: 'x' } }),
      told: /no schema/,
    },
  ])('$breaks', ({ change, told }) => {
    expect(broken(change).join('\n')).toMatch(told);
  });
});
