import { ApiObject, Chart } from 'cdk8s';
import type { CreatedAtDeploy } from '../constructs/created-at-deploy.ts';
import { OutsideSecrets } from '../constructs/outside-secrets.ts';
import { namespaced } from '../constructs/scopes.ts';
import { Stack } from '../constructs/stack.ts';
import { WAVE_ANNOTATION, waveOf, wavesOfClaims } from '../constructs/waves.ts';
import { type Workload, workloadsOf } from '../constructs/workload.ts';
import type { KubeObject } from '../data/kube-object.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import { SettingsError } from '../settings/mistakes.ts';
import type { BuildContext, StackDefinition } from '../stacks/definition.ts';
import { type Extended, Extensions, extraObjectsOf } from './extend.ts';

export type { KubeObject };

interface SynthesisOptions extends BuildContext {
  /** Folders that nobody asks for: what is in them is not rendered. */
  readonly without?: readonly string[];
}

export interface Synthesis {
  /** Objects of the environment's own folder (""), and of each sub-folder ("karmada", "argocd"). */
  readonly folders: ReadonlyMap<string, KubeObject[]>;
  /** Which of them settings of workloads have added to, or could have. */
  readonly extended: readonly Extended[];
  /** The workloads with what they declared, for diagrams and checks. */
  readonly workloads: readonly Workload[];
}

/**
 * Settings in, objects out, all in memory: no file, no variable, no clock. Files, tests, Helm charts, diagrams and
 * the deploy command all start here.
 */
export function synthesize<Settings extends CommonSettings>(
  definition: Pick<StackDefinition, 'name'> & {
    build(stack: Stack, settings: Settings, context: BuildContext): void;
    createdAtDeploy(settings: Settings): readonly CreatedAtDeploy[];
  },
  settings: Settings,
  { without = [], ...context }: SynthesisOptions,
): Synthesis {
  const stack = new Stack(definition.name, settings);
  // Before the parts, for the last of them, Argo CD's, looks at what all others write.
  new OutsideSecrets(stack, definition.createdAtDeploy(settings));
  definition.build(stack, settings, context);
  if (stack.mistakes.length > 0) throw new SettingsError(stack.mistakes);
  const folders = new Map<string, KubeObject[]>();
  for (const construct of stack.node.findAll()) {
    if (!(construct instanceof ApiObject)) continue;
    const chart = Chart.of(construct);
    const folder = chart === stack ? '' : chart.node.id;
    if (without.includes(folder)) continue;
    const objects = folders.get(folder) ?? [];
    objects.push(inItsNamespace(construct.toJson()));
    folders.set(folder, objects);
  }
  for (const [folder, objects] of folders) {
    const ofClaim = wavesOfClaims(objects);
    const wave = (object: KubeObject): number =>
      object.kind === 'PersistentVolumeClaim' ? ofClaim(object) : waveOf(object);
    folders.set(folder, objects.map((object) => withWave(object, wave(object))).sort(byApplyOrder));
  }
  const extensions = new Extensions(stack);
  for (const [folder, objects] of folders)
    folders.set(
      folder,
      objects.map((object) => extensions.apply(object, folder)),
    );
  const own = folders.get('') ?? [];
  const extra = extraObjectsOf(settings, own);
  folders.set('', [...own, ...extra.objects]);
  const mistakes = [...extensions.mistakes, ...extra.mistakes];
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  return { folders, extended: extensions.extended, workloads: workloadsOf(stack) };
}

/** cdk8s writes its chart's namespace into every object, also of kinds that are in none. */
function inItsNamespace(object: KubeObject): KubeObject {
  if (namespaced(object)) return object;
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function withWave(object: KubeObject, wave: number): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  return { ...object, metadata: { annotations: { ...annotations, [WAVE_ANNOTATION]: String(wave) }, ...metadata } };
}

function byApplyOrder(a: KubeObject, b: KubeObject): number {
  return waveOf(a) - waveOf(b) || compare(a.kind, b.kind) || compare(a.metadata.name, b.metadata.name);
}

/** By code unit: the same on every machine, whatever its language. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
