import { amount } from '../../../infra/data/field-rules.ts';
import { all, type Subject } from '../subjects.ts';
import { type Container, containersOf, type Pod, podsOf } from './pods.ts';

const LONG_RUNNING = ['Deployment', 'StatefulSet', 'DaemonSet'];
/** The volume types that the restricted standard lets through. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** The restricted Pod Security Standard, and what we ask beyond it: bounds, probes, no token, pinned images. */
export function podsAreSafe(subject: Subject): string[] {
  return podsOf(all(subject)).flatMap((pod) => [
    ...podBreaches(pod, subject.settings).map((breach) => `${pod.owner}: ${breach}`),
    ...containersOf(pod).flatMap((container) =>
      [...containerBreaches(container), ...imageBreaches(container, subject)].map(
        (breach) => `${pod.owner} ${container.name}: ${breach}`,
      ),
    ),
    ...(LONG_RUNNING.includes(pod.kind)
      ? pod.spec.containers.flatMap((container) => probeBreaches(pod, container))
      : []),
  ]);
}

/** A token where a team asks for one: of all workloads, or of one. */
const asksForToken = (settings: object): boolean => JSON.stringify(settings).includes('"automount":true');

function podBreaches({ spec }: Pod, settings: Subject['settings']): string[] {
  const { runAsNonRoot, runAsUser, seccompProfile } = spec.securityContext ?? {};
  return told([
    [['hostNetwork', 'hostPID', 'hostIPC'].every((field) => !spec[field]), 'shares a namespace of the host'],
    [runAsNonRoot === true, 'runAsNonRoot is not set'],
    [settings.defaults.clusterUsers || (typeof runAsUser === 'number' && runAsUser > 0), 'no numeric user'],
    [(seccompProfile as { type?: string } | undefined)?.type === 'RuntimeDefault', 'no seccomp profile'],
    [spec.automountServiceAccountToken === false || asksForToken(settings), 'mounts a ServiceAccount token'],
    ...(spec.volumes ?? []).map((volume): [boolean, string] => [
      Object.keys(volume).every((key) => key === 'name' || VOLUMES.includes(key)),
      `volume ${volume.name} is of a type that the restricted standard refuses`,
    ]),
  ]);
}

function containerBreaches({ command, args, resources, securityContext = {} }: Container): string[] {
  const { requests = {}, limits = {} } = resources ?? {};
  return told([
    [securityContext.allowPrivilegeEscalation === false, 'may gain privileges'],
    [securityContext.privileged !== true, 'is privileged'],
    [securityContext.capabilities?.drop?.includes('ALL') === true, 'keeps capabilities'],
    [(securityContext.capabilities?.add ?? []).length === 0, 'adds capabilities'],
    [securityContext.readOnlyRootFilesystem !== undefined, 'says nothing about its root file system'],
    ...['cpu', 'memory'].flatMap((name): [boolean, string][] => [
      [requests[name] !== undefined, `no request for ${name}`],
      [limits[name] !== undefined, `no limit for ${name}`],
      [
        amount(String(requests[name] ?? 0)) <= amount(String(limits[name] ?? 0)),
        `asks for more ${name} than its limit`,
      ],
    ]),
    [[...(command ?? []), ...(args ?? [])].every((word) => word !== ''), 'has an empty argument'],
  ]);
}

function imageBreaches({ image = '' }: Container, { settings }: Subject): string[] {
  const tag = /:([^/:@]+)(@|$)/.exec(image)?.[1];
  return told([
    [tag !== undefined || image.includes('@sha256:'), `image ${image} has no tag`],
    [!settings.production || (tag !== 'latest' && tag !== undefined), `image ${image} is not pinned`],
  ]);
}

function probeBreaches(pod: Pod, container: Container): string[] {
  return (['livenessProbe', 'readinessProbe'] as const).flatMap((name) =>
    container[name] ? [] : [`${pod.owner} ${container.name}: no ${name}`],
  );
}

const told = (checks: [boolean, string][]): string[] => checks.flatMap(([holds, breach]) => (holds ? [] : [breach]));
