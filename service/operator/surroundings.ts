import { KubeError } from '../kube/errors.ts';
import { NAMESPACE } from '../kube/kinds.ts';
import type { Kube } from '../kube/kube.ts';
import { POD_SECURITY, POD_SECURITY_LABEL, type PodSecurity, type Surroundings } from '../trainingjob/index.ts';

const LABEL_LIVES_MS = 30_000;

interface SurroundingsOptions {
  readonly kube: Kube;
  readonly progressUrl: string | undefined;
  readonly progressAuthority: () => string;
  readonly podGroups: boolean;
}

/** How far a namespace lets its training pods go is read from its label, and remembered for a while. */
export function createSurroundings({ kube, podGroups, progressAuthority, progressUrl }: SurroundingsOptions) {
  const known = new Map<string, { readonly level: PodSecurity; readonly until: number }>();

  async function levelOf(namespace: string): Promise<PodSecurity> {
    const before = known.get(namespace);
    if (before && before.until > performance.now()) return before.level;
    const level = await readLevel(kube, namespace);
    known.set(namespace, { level, until: performance.now() + LABEL_LIVES_MS });
    return level;
  }

  return async (namespace: string): Promise<Surroundings> => ({
    podSecurity: await levelOf(namespace),
    progressUrl,
    progressAuthority: progressAuthority(),
    podGroups,
  });
}

async function readLevel(kube: Kube, namespace: string): Promise<PodSecurity> {
  try {
    const found = await kube.get(NAMESPACE, { namespace: null, name: namespace });
    const label = found?.metadata.labels?.[POD_SECURITY_LABEL];
    return POD_SECURITY.find((level) => level === label) ?? 'restricted';
  } catch (error) {
    // Where we may not look at namespaces, none has asked for more.
    if (error instanceof KubeError && error.failure === 'forbidden') return 'restricted';
    throw error;
  }
}
