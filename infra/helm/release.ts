import { checksum } from '../data/checksum.ts';
import { entryOf, type Node, withEntry } from './nodes.ts';
import { type Built, chartName, type KubeObject, type Program } from './program.ts';

/** Folder and title of the object that stands for NOTES.txt. */
export const NOTES = 'NOTES.txt';

/** The annotation that says when Helm is to apply an object. */
export const HOOK = 'helm.sh/hook';

/** What a release is made of, and what its chart must render to. */
export function release(program: Program, settings: unknown): Map<string, KubeObject[]> {
  const { runAnnotation } = program;
  const { version } = program.chart;
  return new Map(
    [...releasedOf(program.build(settings))].map(([folder, objects]) => {
      const labels = { [CHART_LABEL]: `${chartName(program, folder)}-${version}`, [VERSION_LABEL]: version };
      return [folder, objects.map((object) => withLabels(namedForRelease(object, runAnnotation), labels))];
    }),
  );
}

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

/** Objects whose names end with a checksum of what they are told to do, or with the run that a person asks for. */
export const isNamedByContent = ({ kind }: Pick<KubeObject, 'kind'>): boolean => kind === 'Job';

/**
 * A Job can never be changed: one that is to do something else is another Job, and Helm takes the old one away. A hook
 * would be in the way: Helm runs those after what it waits for (--wait), and that may wait for the Job; and it would
 * itself wait for each, some of which compute for days.
 */
function namedForRelease(object: KubeObject, runAnnotation: string | undefined): KubeObject {
  if (!isNamedByContent(object)) return object;
  const run = object.metadata.annotations?.[runAnnotation ?? ''];
  const name = `${object.metadata.name}-${run ?? checksum(object.spec)}`;
  return { ...object, metadata: { ...object.metadata, name } };
}

/**
 * By API server: the objects as the program makes them, its tests with the marks of such, and as an object of no cluster
 * what a person is told. Charts are derived from this; what hangs on contents they compute themselves.
 */
export function releasedOf({ elsewhere = {}, notes = '', objects, tests = [] }: Built): Map<string, KubeObject[]> {
  const folders = Object.entries({ '': [...objects, ...tests.map(asTest)], ...elsewhere });
  return new Map([
    ...folders.map(([folder, all]) => [folder, all.map(managedByHelm)] as const),
    [NOTES, [{ apiVersion: '', kind: 'Notes', metadata: { name: 'notes' }, text: notes }]],
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
