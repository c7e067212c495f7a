import { SECRET } from '../../service/kube/kinds.ts';
import type { KubeObject } from '../../service/kube/kube.ts';
import { FIELD_MANAGER } from './kube/apply.ts';
import type { Target } from './target.ts';

type Place = Pick<Target, 'management' | 'namespace' | 'stack'>;
type Values = Readonly<Record<string, string>>;

/** On the Secrets that this command made, and may remove with the data. */
export const MADE_FOR = 'mlplatform.io/made-for';

export async function readSecret(place: Place, name: string): Promise<Values | undefined> {
  const { management, namespace } = place;
  const found = (await management.kube.get(SECRET, { namespace, name })) as { data?: Values } | undefined;
  return found && mapped(found.data ?? {}, (value) => Buffer.from(value, 'base64').toString());
}

/** Secrets in which Helm keeps its release of the installation. */
export async function helmReleases(place: Pick<Target, 'instance' | 'management' | 'namespace'>): Promise<string[]> {
  const { instance, management, namespace } = place;
  const query = { namespace, labelSelector: `owner=helm,name=${instance}`, limit: 1, metadataOnly: true };
  return (await management.kube.list(SECRET, query)).items.map(({ metadata }) => metadata.name);
}

/** Makes the Secret, or sets these keys of it; false when they are as wanted already. */
export async function writeSecret(place: Place, name: string, values: Values): Promise<boolean> {
  const { management, namespace, stack } = place;
  const before = await readSecret(place, name);
  const changed = Object.entries(values).filter(([key, value]) => before?.[key] !== value);
  if (before && changed.length === 0) return false;
  const data = mapped(Object.fromEntries(changed), (value) => Buffer.from(value).toString('base64'));
  const options = { fieldManager: FIELD_MANAGER };
  if (before) await management.kube.patch(SECRET, { namespace, name }, { data }, options);
  else {
    const metadata = { name, namespace, labels: { [MADE_FOR]: stack } };
    await management.kube.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata, data } as KubeObject, options);
  }
  return true;
}

const mapped = (values: Values, each: (value: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, each(value)]));
