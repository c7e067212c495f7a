import type { ApiObject } from 'cdk8s';
import { EXTENSIBLE } from '../constructs/extras.ts';
import { refusedBy } from '../constructs/pod-security.ts';
import { namespaced } from '../constructs/scopes.ts';
import type { Stack } from '../constructs/stack.ts';
import { withAdditions } from '../data/extras.ts';
import type { KubeObject } from '../data/kube-object.ts';
import { at, put } from '../data/paths.ts';
import type { Extras } from '../settings/extras.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import type { Mistake } from '../settings/mistakes.ts';

/** An object that settings of a workload add to, and where in the settings these are. */
export interface Extended {
  /** Objects for other API servers may be called the same. */
  readonly folder: string;
  readonly kind: string;
  readonly name: string;
  /** "database" */
  readonly section: string;
}

/** By their titles, for what is added goes in last, when the objects are plain data. */
export class Extensions {
  private readonly settings: CommonSettings;
  readonly mistakes: Mistake[] = [];
  /** All that were given to `apply` so far. */
  readonly extended: Extended[] = [];
  private readonly own = new Map<string, Extras>();
  private readonly sections: ReadonlyMap<Extras, string | undefined>;

  constructor(stack: Stack) {
    const { extended, name, settings } = stack;
    this.settings = settings;
    for (const [object, extras] of extended) this.own.set(titleOf(object, name), extras);
    this.sections = new Map([...new Set(extended.values())].map((extras) => [extras, stack.pathOf(extras)]));
  }

  /** The object with what all workloads and its own have added to it. */
  apply(object: KubeObject, folder: string): KubeObject {
    const own = this.own.get(titleIn(object, folder));
    if (!own) return object;
    const { kind, metadata } = object;
    const section = this.sections.get(own);
    if (section !== undefined) this.extended.push({ folder, kind, name: metadata.name, section });
    const extensible = EXTENSIBLE[kind];
    if (!extensible) return object;
    const part = extensible.at === '' ? object : (at(object, extensible.at) as object);
    const extended = withAdditions(part, extensible.additions, this.settings.defaults, own);
    if (extensible.name === 'pod') this.checkPod(object, own, (extended as { spec: PodSpec }).spec);
    if (extended === part) return object;
    if (extensible.at === '') return extended as KubeObject;
    const changed = structuredClone(object);
    put(changed, extensible.at, extended);
    return changed;
  }

  /** What the API server would refuse, of a workload or of its pods when the workload is there already. */
  private checkPod({ metadata: { name } }: KubeObject, own: Extras, pod: PodSpec): void {
    const isOwn = Object.keys(own.pod).length > 0;
    if (!isOwn && Object.keys(this.settings.defaults.pod).length === 0) return;
    const path = isOwn ? `${this.sections.get(own) ?? name}.pod` : 'defaults.pod';
    const standard = this.settings.namespace.podSecurity;
    const mistakes = [
      ...refusedBy(standard, pod).map(
        (what) => `what the standard ${standard} lets through, which ${what} is not; namespace.podSecurity lowers it`,
      ),
      ...twiceIn(pod).map((what) => `other names and places: ${what} is there already`),
    ];
    // A default is told once, not for each workload.
    for (const allowed of mistakes)
      if (!this.mistakes.some((known) => known.path === path && known.allowed === allowed))
        this.mistakes.push({ path, allowed });
  }
}

type PodSpec = Parameters<typeof refusedBy>[1];
interface Named {
  readonly name: string;
  readonly volumeMounts?: readonly { readonly mountPath: string }[];
}

function twiceIn({ containers, initContainers = [], volumes = [] }: PodSpec): string[] {
  const twice = (what: string, names: readonly string[]): string[] =>
    names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${what} ${name}`);
  const all: readonly Named[] = [...initContainers, ...containers];
  return [
    ...twice(
      'the container',
      all.map(({ name }) => name),
    ),
    ...twice(
      'the volume',
      volumes.map(({ name }) => name),
    ),
    ...all.flatMap(({ name, volumeMounts = [] }) =>
      twice(
        `in the container ${name} the path`,
        volumeMounts.map(({ mountPath }) => mountPath),
      ),
    ),
  ];
}

const titleOf = ({ chart, kind, name }: ApiObject, stack: string): string =>
  `${chart.node.id === stack ? '' : chart.node.id}/${kind} ${name}`;
const titleIn = ({ kind, metadata: { name } }: KubeObject, folder: string): string => `${folder}/${kind} ${name}`;

/** Objects of a team's own: as they are, but that they are in a namespace, where their kind has one. */
export function extraObjectsOf({ extraObjects, namespace }: CommonSettings, beside: readonly KubeObject[]) {
  const titles = new Set(beside.map(placeOf));
  const mistakes: Mistake[] = [];
  const objects = (extraObjects as KubeObject[]).map(({ metadata, ...object }, index) => {
    const own = { ...object, metadata: { ...(namespaced(object) && { namespace: namespace.name }), ...metadata } };
    const title = placeOf(own);
    if (titles.has(title))
      mistakes.push({ path: `extraObjects.${index}`, allowed: `another name: there is a ${title} already` });
    titles.add(title);
    return own as KubeObject;
  });
  return { objects, mistakes };
}

const placeOf = ({ kind, metadata: { name, namespace } }: Pick<KubeObject, 'kind' | 'metadata'>): string =>
  `${kind} ${name}${namespace === undefined ? '' : ` in ${namespace}`}`;
