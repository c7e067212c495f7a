import type { StackDefinition } from '../stacks/definition.ts';
import type { KubeObject } from '../synth/synthesize.ts';
import { holds } from './decide.ts';
import { GoTemplate } from './go-template.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { Marks } from './marks.ts';
import { matches } from './matches.ts';
import { Merger, type Value } from './merge.ts';
import type { Decision, Node } from './nodes.ts';
import { Printer } from './print.ts';
import { type Sample, Sampler } from './samples.ts';

/** One object of the chart, with all its variants. */
export interface DerivedObject {
  readonly kind: string;
  readonly name: string;
  readonly when: Decision;
  readonly node: Node;
}

export interface Derived {
  readonly leaves: readonly Leaf[];
  /** Of each folder of the manifests. */
  readonly folders: ReadonlyMap<string, readonly DerivedObject[]>;
}

const SAMPLES = 140;
/** What was learnt must hold in this many others; where it does not, they are learnt from as well. */
const TRIALS = 40;
const ROUNDS = 6;

/** All variants of a stack's objects, found by synthesizing it with marked settings. */
export function derive(definition: StackDefinition, ignored: readonly string[] = ['argocd']): Derived {
  const leaves = leavesOf(definition.settings);
  const marks = new Marks();
  const sampler = new Sampler(definition, leaves, marks);
  const take = (count: number) => Array.from({ length: count }, () => sampler.next());
  const samples = take(SAMPLES);
  const merger = new Merger(marks, leaves);
  const names = [...new Set(samples.flatMap(({ folders }) => [...folders.keys()]))].filter(
    (name) => !ignored.includes(name),
  );
  const objects = new Map(names.map((folder) => [folder, objectsOf(folder, samples, merger)]));
  for (let round = 0; ; round++) {
    const trials = take(TRIALS);
    samples.push(...trials);
    let wrong = 0;
    for (const [folder, all] of objects) {
      const titles = new Set([...all.map(({ kind, name }) => `${kind} ${name}`), ...titlesIn(folder, trials)]);
      const again = [...titles].filter((each) => {
        const known = all.find(({ kind, name }) => `${kind} ${name}` === each);
        return !known || !trials.every((sample) => holdsIn(known, folder, sample));
      });
      wrong += again.length;
      const kept = all.filter(({ kind, name }) => !again.includes(`${kind} ${name}`));
      objects.set(folder, [...kept, ...again.map((each) => objectOf(each, folder, samples, merger))]);
    }
    if (wrong === 0) break;
    if (round === ROUNDS)
      throw new Error(`${definition.name}: ${wrong} objects still differ from what the program writes`);
  }
  return { leaves, folders: objects };
}

function objectsOf(folder: string, samples: readonly Sample[], merger: Merger): DerivedObject[] {
  return [...titlesIn(folder, samples)].sort().map((wanted) => objectOf(wanted, folder, samples, merger));
}

const titlesIn = (folder: string, samples: readonly Sample[]): Set<string> =>
  new Set(samples.flatMap(({ folders }) => (folders.get(folder) ?? []).map(title)));

function objectOf(wanted: string, folder: string, samples: readonly Sample[], merger: Merger): DerivedObject {
  const everywhere = samples.map((sample): Value => ({ sample, features: [sample.features], value: undefined }));
  const there: Value[] = [];
  const seen = new Set<Value>();
  for (const place of everywhere) {
    const object = find(wanted, folder, place.sample);
    if (!object) continue;
    seen.add(place);
    there.push({ ...place, value: ordered(object) });
  }
  const [kind = '', name = ''] = wanted.split(' ');
  const near = `${kind}/${name}`;
  return { kind, name, when: merger.presence(everywhere, seen, near), node: merger.merge(there, near) };
}

function holdsIn({ kind, name, node, when }: DerivedObject, folder: string, sample: Sample): boolean {
  const object = find(`${kind} ${name}`, folder, sample);
  if (holds(when, [sample.features]) !== (object !== undefined)) return false;
  return !object || matches(node, { sample, features: [sample.features], value: ordered(object) });
}

const find = (wanted: string, folder: string, { folders }: Sample): KubeObject | undefined =>
  (folders.get(folder) ?? []).find((each) => title(each) === wanted);

const title = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`;

const ordered = ({ apiVersion, kind, metadata, ...rest }: KubeObject) => ({ apiVersion, kind, metadata, ...rest });

/** The template file of one object. */
export function templateOf(
  { kind, name, node, when }: DerivedObject,
  { chart, leaves }: { chart: string; leaves: readonly Leaf[] },
): string {
  const go = new GoTemplate(chart, leaves);
  const printer = new Printer(go);
  const data =
    kind === 'ConfigMap' && node.kind === 'map'
      ? node.entries.find((entry) => 'key' in entry && entry.key === 'data')
      : undefined;
  if (node.kind !== 'map' || !data || !('node' in data)) return guarded(printer.block(node, 0, {}), when, go);
  const content = [`{{- define "${go.data(name)}" -}}`, ...printer.block(data.node, 0, {}), '{{ end }}'];
  const rest = { ...node, entries: node.entries.filter((entry) => entry !== data) };
  const own = [...printer.block(rest, 0, {}), 'data:', `  {{- include "${go.data(name)}" . | nindent 2 }}`];
  return `${content.join('\n')}\n${guarded(own, when, go)}`;
}

function guarded(lines: readonly string[], when: Decision, go: GoTemplate): string {
  const text = typeof when === 'boolean' ? lines : [`{{- if ${go.condition(when, {})} }}`, ...lines, '{{- end }}'];
  return `${text.join('\n')}\n`;
}
