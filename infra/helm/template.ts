import type { Canonical } from './canonical.ts';
import { CLAIMED_HELPER, ClaimSpecs, claimObject } from './claims.ts';
import { extendedBy, extensibleBy, extrasHelpers, isSwitch, partsOf, writes } from './extras.ts';
import { contentOf, type GoTemplate } from './go-template.ts';
import { pathsIn } from './holes.ts';
import type { DerivedObject } from './learn.ts';
import { withoutPrefix } from './marks.ts';
import { type Decision, type Entry, entryOf, type Node, withEntry } from './nodes.ts';
import { Printer } from './print.ts';
import type { Program } from './program.ts';
import { HOOK, isNamedByContent, withStandardLabels } from './release.ts';
import { type Helper, Repeated } from './repeated.ts';
import { RUN_HELPER, runOf, specOfRun, withRun } from './runs.ts';
import { isServiceNameKept, SERVICE_NAME_HELPER, withServiceNameKept } from './service-names.ts';

/** The templates of a chart's objects, and the helpers that they include. */
export interface Templates {
  /** In the order of the objects. */
  readonly texts: readonly string[];
  readonly helpers: readonly string[];
  /** Of the settings that they read. */
  readonly paths: Set<string>;
}

/** Of whose contents checksums are computed, by kind: where it is. */
const CONTENT: Readonly<Record<string, string>> = { ConfigMap: 'data', Job: 'spec' };

export function templatesOf(
  go: GoTemplate,
  derived: readonly DerivedObject[],
  canonical: Canonical,
  {
    claimAnnotation,
    extras,
    runAnnotation,
    sections,
  }: Pick<Program, 'claimAnnotation' | 'extras' | 'runAnnotation'> & { sections: ReadonlyMap<string, string> },
): Templates {
  const { chart } = go;
  const printer = new Printer(go, canonical);
  const settings = new Set(
    derived.flatMap(({ each, node, when }) => [...pathsIn(node, when), ...(each ? [each.path] : [])]),
  );
  const labelled = derived.map((each) => ({ ...each, node: withStandardLabels(each.node) }));
  const isClaim = ({ kind }: DerivedObject): boolean =>
    kind === 'PersistentVolumeClaim' && claimAnnotation !== undefined;
  const specs = new ClaimSpecs(labelled.filter(isClaim));
  const objects = labelled.map((each) => {
    if (isClaim(each) && claimAnnotation !== undefined) return claimObject(each, claimAnnotation, go, specs);
    if (!isNamedByContent(each)) return withServiceNameKept(each, go);
    if (each.each)
      throw new Error(`${each.kind} ${each.name}: no chart can have one for each of ${each.each.path} yet`);
    const run = runOf(each.node, runAnnotation);
    if (run) return { ...each, node: withRun(each.node, run) };
    return { ...each, node: withSuffix(each.node, `-{{ ${go.checksumOf([contentOf(each.kind)(each.name)], {})} }}`) };
  });
  const extended = objects.map((object) => extensibleBy(object, sections, extras));
  const split = objects.map(({ kind, node }, at) => apart(kind, node, keysOf(extended[at])));
  const repeated = new Repeated(
    // What is made of an element reads as part of it, and stays where it is.
    [...split.map(({ around }, at) => (objects[at]?.each ? NOTHING : around)), ...split.map(({ part }) => part)],
    go,
    specs.all.map(({ name }) => name),
  );
  const nodes = repeated.nodes();
  const paths = derived.map(templatePath);
  const firsts = paths.map((path, at) => paths.indexOf(path) === at);
  for (const each of extended) {
    if (!each || !extras) continue;
    for (const part of partsOf(each.extensible)) {
      settings.add(`${extras.defaults}.${part}`);
      if (!isSwitch(each.extensible, part)) settings.add(`${each.section}.${part}`);
    }
  }
  const checked = new Set(objects.flatMap(({ node }) => configMapsChecked(node)));
  return {
    paths: settings,
    texts: objects.map((object, at) => {
      const shared = { ...object, node: (object.each ? undefined : nodes[at]) ?? object.node };
      const { defines, node } = withExtras(shared, nodes[objects.length + at] ?? NOTHING, extended[at], printer);
      const text = objectTemplate({ ...shared, node }, printer, checked, {
        run: runOf(object.node, runAnnotation),
        plain: object.node,
        isFirst: firsts[at] === true,
      });
      return defines + text;
    }),
    helpers: [
      ...repeated.helpers().map((helper) => helperTemplate(go, helper, canonical)),
      ...specs.all.map(({ name, node }) =>
        defined(`${chart}.${name}`, 'What a volume claim asks for, but for its size.', printer.block(node, {})),
      ),
      ...(specs.all.length > 0 && claimAnnotation !== undefined
        ? [
            defined(
              `${chart}.${CLAIMED_HELPER.name}`,
              CLAIMED_HELPER.what,
              CLAIMED_HELPER.body(claimAnnotation).split('\n'),
            ),
          ]
        : []),
      ...(objects.some(isServiceNameKept)
        ? [defined(`${chart}.${SERVICE_NAME_HELPER.name}`, SERVICE_NAME_HELPER.what, SERVICE_NAME_HELPER.body)]
        : []),
      ...(extras
        ? extrasHelpers(
            go,
            extended.flatMap((each) => (each ? [each.extensible] : [])),
            extras,
          ).map(({ body, name, what }) => defined(`${chart}.${name}`, what, body))
        : []),
      ...(objects.some(({ node }) => runOf(node, runAnnotation))
        ? [defined(`${chart}.${RUN_HELPER.name}`, RUN_HELPER.what, RUN_HELPER.body)]
        : []),
    ],
  };
}

const NOTHING: Node = { kind: 'map', entries: [] };

const keysOf = (extended: ReturnType<typeof extensibleBy>): string[] | undefined =>
  extended?.extensible.at.split('.').filter((key) => key !== '');

/** The part of an object that can be added to, where it stood, and what is around it. */
function apart(kind: string, node: Node, keys: readonly string[] | undefined): { around: Node; part: Node } {
  if (keys === undefined) return { around: node, part: NOTHING };
  const part = keys.reduce<Node | undefined>(entryOf, node);
  if (!part) throw new Error(`there is no ${keys.join('.')} to add to`);
  return { around: within(node, keys, writes('')), part: within(NOTHING, shownAs(kind, keys), part) };
}

/** Where it stands for itself: two levels below a root, from where on what objects share is looked for. */
const shownAs = (kind: string, keys: readonly string[]): readonly string[] =>
  keys.length > 0 ? keys.slice(-2) : ['object', kind];

/**
 * The object with the part that can be added to written by a helper, which is given that part as text: a template of its own,
 * where it is none that objects share.
 */
function withExtras(
  { kind, name, node }: DerivedObject,
  alone: Node,
  extended: ReturnType<typeof extensibleBy>,
  printer: Printer,
): { defines: string; node: Node } {
  if (!extended) return { defines: '', node };
  const { go } = printer;
  const { extensible, section } = extended;
  const keys = keysOf(extended) ?? [];
  const part = shownAs(kind, keys).reduce<Node | undefined>(entryOf, alone);
  if (!part) throw new Error(`${kind} ${name}: what is added to was moved`);
  const own = `${kind}-${withoutPrefix(name)}`.toLowerCase();
  const isShared = part.kind === 'include';
  const text = isShared ? go.include(part.helper, part.args, {}) : `include "${go.chart}.${own}" .`;
  const call = writes(extendedBy(go, extensible, section, text));
  const lines = isShared ? [] : [`{{- define "${go.chart}.${own}" }}`, ...printer.block(part, {}), '{{- end }}', ''];
  return { defines: lines.join('\n'), node: within(node, keys, call) };
}

function objectTemplate(
  object: DerivedObject,
  printer: Printer,
  checked: ReadonlySet<string>,
  { isFirst, plain, run }: { isFirst: boolean; run: ReturnType<typeof runOf>; plain: Node },
): string {
  const { go } = printer;
  const { each, first, kind, name, node, when } = object;
  // Under the same condition as what it begins: Helm reads several marks in a row as one, and what follows as part of what was before.
  const mark = isFirst ? [] : ['---'];
  if (each) return guarded(repeatedTemplate(printer, object, each), when, go);
  const own = CONTENT[kind] ?? '';
  const content = entryOf(node, own);
  if (!content || !(isNamedByContent(object) || checked.has(name))) {
    return guarded(
      [...mark, ...(first === undefined ? [] : [first]), ...printer.block(node, { known: when })],
      when,
      go,
    );
  }
  // By itself, for a checksum of it is computed here or elsewhere.
  const named = contentOf(kind)(name);
  const asked = `include "${go.chart}.${named}" .`;
  const call = { go: run ? specOfRun(go, plain, run, asked) : asked, when: true };
  const whole = withEntry(node, own, { kind: 'map', entries: [call] });
  // Its last line end is a part of a text at its end.
  const define = [`{{- define "${go.chart}.${named}" -}}`, ...printer.block(content, {}), '{{ end }}', ''];
  return `${define.join('\n')}${guarded([...mark, ...printer.block(whole, { known: when })], when, go)}`;
}

/** A document for each element; for equal ones one, as there can be no two objects of one name. */
function repeatedTemplate(
  printer: Printer,
  { node, when }: DerivedObject,
  each: NonNullable<DerivedObject['each']>,
): string[] {
  const lines = printer.block(node, { known: when, element: each });
  const setting = printer.go.setting(each.path, {});
  const range = each.of === 'record' ? `$key, $value := ${setting}` : `uniq ${setting}`;
  return [`{{- range ${range} }}`, '---', ...lines, '{{- end }}'];
}

/** The node with another one at the end of these keys. */
const within = (node: Node | undefined, [key, ...rest]: readonly string[], end: Node): Node =>
  key === undefined ? end : withEntry(node, key, within(entryOf(node, key), rest, end));

/** The object with something added to its name. */
function withSuffix(node: Node, suffix: string): Node {
  const metadata = entryOf(node, 'metadata');
  const name = entryOf(metadata, 'name');
  if (name?.kind !== 'scalar' || name.expression.what !== 'text') throw new Error('a name that is no text');
  const ended: Node = { kind: 'scalar', expression: { ...name.expression, end: suffix } };
  return withEntry(node, 'metadata', withEntry(metadata, 'name', ended));
}

/** The ConfigMaps whose checksums are somewhere in a template. */
function configMapsChecked(node: Node): readonly string[] {
  switch (node.kind) {
    case 'scalar':
      return node.expression.what === 'checksum' ? node.expression.configMaps : [];
    case 'map':
      return node.entries.flatMap((entry: Entry) => ('key' in entry ? configMapsChecked(entry.node) : []));
    case 'list':
      return node.items.flatMap((item) => configMapsChecked(item.node));
    case 'choice':
      return [...configMapsChecked(node.yes), ...configMapsChecked(node.no)];
    default:
      return [];
  }
}

function helperTemplate(
  go: GoTemplate,
  { isItem, keys, name, node, params, sections, uses }: Helper,
  canonical: Canonical,
): string {
  const printer = new Printer(go.withSections(sections), canonical);
  const scope = params.length > 0 ? { given: true } : {};
  const given = params.length > 0 ? `, with root, ${params.join(', ')}` : '';
  const what = `Used ${uses} times${given}${keys ? `: ${keys.join(', ')}` : ''}.`;
  return defined(`${go.chart}.${name}`, what, printer.body(node, scope, isItem));
}

const defined = (name: string, what: string, body: readonly string[]): string =>
  [`{{/* ${what} */}}`, `{{- define "${name}" -}}`, ...body, '{{- end }}', ''].join('\n');

function guarded(lines: readonly string[], when: Decision, go: GoTemplate): string {
  const text = typeof when === 'boolean' ? lines : [`{{- if ${go.condition(when, {})} }}`, ...lines, '{{- end }}'];
  return `${text.join('\n')}\n`;
}

/** An object whose name is a setting has none here; the names of roles may hold colons. */
export function templatePath({ kind, name, node }: DerivedObject): string {
  const own = name.includes('zq') ? '' : `-${name}`;
  const folder = isTest(node) ? 'templates/tests' : 'templates';
  return `${folder}/${kind.toLowerCase()}${own}.yaml`.replaceAll(':', '-');
}

export function isTest(node: Node): boolean {
  const hook = ['metadata', 'annotations', HOOK].reduce<Node | undefined>((outer, key) => entryOf(outer, key), node);
  return hook?.kind === 'scalar' && hook.expression.what === 'literal' && hook.expression.value === 'test';
}
