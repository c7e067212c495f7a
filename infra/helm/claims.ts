import { kebab } from './alike.ts';
import type { GoTemplate } from './go-template.ts';
import { sectionsIn } from './holes.ts';
import type { DerivedObject } from './learn.ts';
import { type Entry, entryOf, isSame, type Node, withEntry } from './nodes.ts';

/** What may change of a claim that exists: its size, upwards. */
const CHANGEABLE = 'resources';

/** Where a claim's template keeps what was asked for. */
const VARIABLE = '$claimed';

/**
 * A volume claim. All of it but the size was fixed when it was made: an upgrade with another storage class or access
 * mode, and a rollback, ask for what was asked for then, rather than fail. Where there is no cluster to be asked (helm
 * template) and where there is no claim yet, it is what the values say. A claim that was not made by the chart keeps the
 * spec it has. The part that is fixed is a helper: `specs` names it.
 *
 * What was asked for stands in an annotation. The claim's spec in the cluster is no use for that: it has the default class
 * and the volume filled in, and a rollback to the revision that did not name them would try to remove them.
 */
export function claimObject(
  object: DerivedObject,
  annotation: string,
  go: GoTemplate,
  specs: ClaimSpecs,
): DerivedObject {
  const spec = entryOf(object.node, 'spec');
  const metadata = entryOf(object.node, 'metadata');
  if (spec?.kind !== 'map' || metadata === undefined) return object;
  const operand = (key: string): string => go.operand(entryOf(metadata, key));
  const given = `"namespace" ${operand('namespace')} "name" ${operand('name')} "spec" (${go.include(specs.nameOf(fixedPart(spec)), [], {})})`;
  const annotations = withEntry(entryOf(metadata, 'annotations'), annotation, {
    kind: 'scalar',
    expression: { what: 'go', code: `${VARIABLE} | quote` },
  });
  const kept: Node = {
    kind: 'map',
    entries: [{ go: `fromJson ${VARIABLE} | toYaml`, when: true }, ...spec.entries.filter(isChangeable)],
  };
  const node = withEntry(object.node, 'metadata', withEntry(metadata, 'annotations', annotations));
  return {
    ...object,
    node: withEntry(node, 'spec', kept),
    first: `{{- ${VARIABLE} := include "${go.chart}.claimed" (dict ${given}) }}`,
  };
}

const isChangeable = (entry: Entry): boolean => 'key' in entry && entry.key === CHANGEABLE;

const fixedPart = (spec: Extract<Node, { kind: 'map' }>): Node => ({
  kind: 'map',
  entries: spec.entries.filter((entry) => !isChangeable(entry)),
});

/** The fixed parts of a chart's claims, each once. */
export class ClaimSpecs {
  readonly all: readonly { readonly name: string; readonly node: Node }[];

  constructor(claims: readonly DerivedObject[]) {
    const specs = claims.flatMap(({ name, node }) => {
      const spec = entryOf(node, 'spec');
      return spec?.kind === 'map' ? [{ claim: name, node: fixedPart(spec) }] : [];
    });
    const uses = ({ node }: { node: Node }): number => specs.filter((each) => isSame(each.node, node)).length;
    const [usual, ...others] = specs
      .filter(({ node }, at) => specs.findIndex((each) => isSame(each.node, node)) === at)
      .sort((a, b) => uses(b) - uses(a));
    // Of those that are not the usual one the name says what else they go by.
    const known = usual ? sectionsIn(usual.node) : [];
    const own = others.map(({ claim, node }) => ({
      name: `claim-spec-${kebab(sectionsIn(node).find((section) => !known.includes(section)) ?? claim)}`,
      node,
    }));
    this.all = usual ? [{ name: 'claim-spec', node: usual.node }, ...own] : [];
  }

  nameOf(node: Node): string {
    const found = this.all.find((each) => isSame(each.node, node));
    if (!found) throw new Error('a volume claim that is none of the chart');
    return found.name;
  }
}

/** The helper that looks for a claim in the cluster. */
export const CLAIMED_HELPER = {
  name: 'claimed',
  what: 'The spec with which a volume claim was made, as JSON: of one that exists, what it was asked for at first.',
  body: (annotation: string): string => `{{- $asked := .spec | fromYaml | toJson -}}
{{- with lookup "v1" "PersistentVolumeClaim" .namespace .name -}}
{{- $asked = dig "annotations" "${annotation}" (omit .spec "${CHANGEABLE}" | toJson) .metadata -}}
{{- end -}}
{{- $asked -}}`,
};
