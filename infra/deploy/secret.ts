import { FIELD_MANAGER } from './kube/apply.ts';
import type { Target } from './target.ts';

type Place = Pick<Target, 'management' | 'namespace' | 'stack'>;
type Values = Readonly<Record<string, string>>;

/** On the Secrets that this command made, and may remove with the data. */
export const MADE_FOR = 'mlplatform.io/made-for';

const folderOf = ({ namespace }: Pick<Target, 'namespace'>): string => `/api/v1/namespaces/${namespace}/secrets`;

export async function readSecret(place: Place, name: string): Promise<Values | undefined> {
  const found = await place.management.api.find<{ data?: Values }>(`${folderOf(place)}/${name}`);
  return found && mapped(found.data ?? {}, (value) => Buffer.from(value, 'base64').toString());
}

/** Secrets in which Helm keeps its release of the installation; none where they may not be read. */
export async function helmReleases(place: Pick<Target, 'instance' | 'management' | 'namespace'>): Promise<string[]> {
  const query = { labelSelector: `owner=helm,name=${place.instance}`, limit: '1' };
  const list = await place.management.api.find<{ items: { metadata: { name: string } }[] }>(folderOf(place), query);
  return (list?.items ?? []).map(({ metadata }) => metadata.name);
}

/** Makes the Secret, or sets these keys of it; false when they are as wanted already. */
export async function writeSecret(place: Place, name: string, values: Values): Promise<boolean> {
  const { api } = place.management;
  const before = await readSecret(place, name);
  const changed = Object.entries(values).filter(([key, value]) => before?.[key] !== value);
  if (before && changed.length === 0) return false;
  const data = mapped(Object.fromEntries(changed), (value) => Buffer.from(value).toString('base64'));
  const query = { fieldManager: FIELD_MANAGER };
  if (before) {
    await api.ask('PATCH', `${folderOf(place)}/${name}`, {
      query,
      contentType: 'application/merge-patch+json',
      body: { data },
    });
  } else {
    const metadata = { name, labels: { [MADE_FOR]: place.stack } };
    await api.ask('POST', folderOf(place), { query, body: { apiVersion: 'v1', kind: 'Secret', metadata, data } });
  }
  return true;
}

const mapped = (values: Values, each: (value: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, each(value)]));
