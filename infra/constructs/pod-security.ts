// What Kubernetes' Pod Security Standards refuse, for pods to which users add what they like.

type Standard = 'restricted' | 'baseline' | 'privileged';

interface Rights {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly procMount?: string;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type?: string };
}
interface Container {
  readonly name: string;
  readonly securityContext?: Rights;
  readonly ports?: readonly { readonly hostPort?: number }[];
}
interface Pod extends Readonly<Record<string, unknown>> {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[];
  readonly securityContext?: Rights;
}

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
const HOST = ['hostNetwork', 'hostPID', 'hostIPC'];
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
const BASELINE_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];
const RESTRICTED_CAPABILITIES = ['NET_BIND_SERVICE'];
const PROFILES = ['RuntimeDefault', 'Localhost'];

/** What of a pod the standard refuses: "container sidecar: privileged". */
export function refusedBy(standard: Standard, pod: Pod): string[] {
  if (standard === 'privileged') return [];
  const isRestricted = standard === 'restricted';
  const volumes = (pod.volumes ?? []).flatMap(({ name, ...volume }) =>
    Object.keys(volume).every((kind) => (isRestricted ? VOLUMES.includes(kind) : kind !== 'hostPath'))
      ? []
      : [`volume ${name}: ${Object.keys(volume).join(', ')}`],
  );
  const rights = pod.securityContext ?? {};
  const containers = [...(pod.initContainers ?? []), ...pod.containers].flatMap((container) =>
    [
      ...refusedByBaseline(container, isRestricted),
      ...(isRestricted ? refusedByRestricted(container, rights) : []),
    ].map((what) => `container ${container.name}: ${what}`),
  );
  return [
    ...HOST.filter((field) => pod[field]),
    ...volumes,
    ...(isRestricted && rights.runAsUser === 0 ? ['runAsUser 0'] : []),
    ...containers,
  ];
}

function refusedByBaseline({ ports = [], securityContext = {} }: Container, isRestricted: boolean): string[] {
  const { capabilities, privileged, procMount = 'Default' } = securityContext;
  const allowed = isRestricted ? RESTRICTED_CAPABILITIES : BASELINE_CAPABILITIES;
  return [
    ...(privileged ? ['privileged'] : []),
    ...(capabilities?.add ?? []).filter((each) => !allowed.includes(each)).map((each) => `capability ${each}`),
    ...(procMount === 'Default' ? [] : [`procMount ${procMount}`]),
    ...(ports.some(({ hostPort }) => hostPort) ? ['hostPort'] : []),
  ];
}

function refusedByRestricted(container: Container, pod: Rights): string[] {
  const own = container.securityContext ?? {};
  const profile = (own.seccompProfile ?? pod.seccompProfile)?.type ?? '';
  return [
    ...(own.allowPrivilegeEscalation === false ? [] : ['allowPrivilegeEscalation is not false']),
    ...(own.capabilities?.drop?.includes('ALL') ? [] : ['capabilities.drop is without ALL']),
    ...((own.runAsNonRoot ?? pod.runAsNonRoot) === true ? [] : ['runAsNonRoot is not true']),
    ...(own.runAsUser === 0 ? ['runAsUser 0'] : []),
    ...(PROFILES.includes(profile) ? [] : [`seccompProfile ${profile}`]),
  ];
}
