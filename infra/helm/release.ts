import { CHECK_FOLDER } from '../constructs/check.ts';
import { checksum } from '../constructs/checksum.ts';
import { notesOf, textOf } from '../notes/notes.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import type { StackDefinition } from '../stacks/definition.ts';
import { type KubeObject, synthesize } from '../synth/synthesize.ts';
import { entryOf, type Node, withEntry } from './nodes.ts';
import { readProject } from './project.ts';

/** Folder and title of the object that stands for NOTES.txt. */
export const NOTES = 'notes';

/** The annotation that says when Helm is to apply an object. */
export const HOOK = 'helm.sh/hook';

/** What Argo CD takes is no part of a Helm release. */
const NOT_RELEASED = ['argocd'];

/** What a release is made of, and what its chart must render to. */
export function release(
  definition: StackDefinition,
  settings: CommonSettings,
  version = readProject().version,
): Map<string, KubeObject[]> {
  return new Map(
    [...released(definition, settings)].map(([folder, objects]) => {
      const labels = { [CHART_LABEL]: `${chartName(definition, folder)}-${version}`, [VERSION_LABEL]: version };
      return [folder, objects.map((object) => withLabels(namedByContent(object), labels))];
    }),
  );
}

/** One chart for the stack's own cluster, and one for each other API server. */
export const chartName = ({ name }: Pick<StackDefinition, 'name'>, folder: string): string =>
  folder ? `${name}-${folder}` : name;

/** The labels that only a release knows. */
const CHART_LABEL = 'helm.sh/chart';
const VERSION_LABEL = 'app.kubernetes.io/version';
const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** An object's template with them. */
export function withStandardLabels(node: Node): Node {
  const metadata = entryOf(node, 'metadata');
  const labels = entryOf(metadata, 'labels');
  if (labels?.kind !== 'map') return node;
  const fact = (fact: 'chart' | 'appVersion'): Node => ({ kind: 'scalar', expression: { what: 'release', fact } });
  const all = withEntry(withEntry(labels, CHART_LABEL, fact('chart')), VERSION_LABEL, fact('appVersion'));
  return withEntry(node, 'metadata', withEntry(metadata, 'labels', all));
}

/** Objects whose names end with a checksum of what they are told to do. */
export const isNamedByContent = ({ kind }: Pick<KubeObject, 'kind'>): boolean => kind === 'Job';

/**
 * A Job can never be changed: one that is to do something else is another Job, and Helm takes the old one away. A hook
 * would be in the way: Helm runs those after what it waits for (--wait), and that may wait for the Job; and it would
 * itself wait for each, some of which compute for days.
 */
function namedByContent(object: KubeObject): KubeObject {
  if (!isNamedByContent(object)) return object;
  const name = `${object.metadata.name}-${checksum(object.spec)}`;
  return { ...object, metadata: { ...object.metadata, name } };
}

/**
 * By API server: the manifests as the program writes them, its check as the test of the release, and as an object of no
 * cluster what a person is told. Charts are derived from this; what hangs on contents they compute themselves.
 */
export function released(definition: StackDefinition, settings: CommonSettings): Map<string, KubeObject[]> {
  const synthesis = synthesize(definition, settings, { environment: 'release' });
  const { [CHECK_FOLDER]: check = [], ...folders } = Object.fromEntries(synthesis.folders);
  const released = Object.entries(folders).filter(([folder]) => !NOT_RELEASED.includes(folder));
  const text = textOf(notesOf(definition, settings, synthesis));
  return new Map([
    ...released.map(
      ([folder, objects]) =>
        [folder, (folder === '' ? [...objects, ...check.map(asTest)] : objects).map(managedByHelm)] as const,
    ),
    [NOTES, [{ apiVersion: '', kind: 'Notes', metadata: { name: NOTES }, text }]],
  ]);
}

/** Helm's own tools and others look for what it manages by this label. */
const managedByHelm = (object: KubeObject): KubeObject =>
  object.metadata.labels ? withLabels(object, { [MANAGED_BY]: 'Helm' }) : object;

function withLabels(object: KubeObject, labels: Record<string, string>): KubeObject {
  const { metadata } = object;
  return metadata.labels ? { ...object, metadata: { ...metadata, labels: { ...metadata.labels, ...labels } } } : object;
}

/** The pod runs when the others are there. They go when it has ended; it stays until the next test, for its log to be read. */
function asTest(object: KubeObject): KubeObject {
  const isPod = object.kind === 'Pod';
  return withAnnotations(object, {
    [HOOK]: 'test',
    'helm.sh/hook-weight': isPod ? '1' : '0',
    'helm.sh/hook-delete-policy': isPod ? 'before-hook-creation' : 'before-hook-creation,hook-succeeded',
  });
}

export function withAnnotations(object: KubeObject, annotations: Record<string, string>): KubeObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}
