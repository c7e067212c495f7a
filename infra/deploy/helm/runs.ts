import { stringify } from 'yaml';
import { ApiFailure } from '../kube/api.ts';
import type { Deployment } from '../step.ts';
import type { Objects, Target } from '../target.ts';
import { clusterOf, releaseNamespace, releaseOf } from '../ways/parts.ts';
import { type Helm, type Place, runHelm } from './binary.ts';
import { chartFor, valuesFor } from './chart.ts';
import { current, type Release, readReleases } from './release.ts';

type Run = (helm: Helm, deployment: Deployment, part: keyof Objects, say: (text: string) => void) => Promise<void>;

/** Installs the chart, or upgrades the release to it and to the settings in use. */
export const upgrade: Run = async (helm, deployment, part, say) => {
  const { flags, target } = deployment;
  const { args, input } = upgradeArguments(target, part);
  const all = [...args, ...waitArguments(flags.timeout), ...forceArguments(helm, flags.forceConflicts)];
  say(`helm upgrade of ${releaseOf(target, part)}`);
  await runHelm(helm, { place: placeOf(target, part), args: all, input, signal: target.signal });
};

/** Back to the revision before; where this part of the stack has none, it stays as it is. */
export const rollback: Run = async (helm, deployment, part, say) => {
  const { flags, target } = deployment;
  const before = await releaseBefore(target, part);
  if (!before) return;
  const args = ['rollback', releaseOf(target, part), String(before.revision), ...waitArguments(flags.timeout)];
  const all = [...args, ...forceArguments(helm, flags.forceConflicts)];
  say(`helm rollback of ${releaseOf(target, part)} to revision ${before.revision}`);
  await runHelm(helm, { place: placeOf(target, part), args: all, signal: target.signal });
};

/** What an upgrade would install, as helm renders it for this cluster. */
export async function rendered(helm: Helm, target: Target, part: keyof Objects): Promise<string> {
  const { args, input } = upgradeArguments(target, part);
  const all = [...args, '--dry-run=server', '--output', 'json'];
  return runHelm(helm, { place: placeOf(target, part), args: all, input, signal: target.signal });
}

/** None where they may not be read: then nobody deployed with Helm by this kubeconfig either. */
export async function releasesOf(target: Target, part: keyof Objects): Promise<Release[]> {
  try {
    return await readReleases(clusterOf(target, part), releaseNamespace(target, part), releaseOf(target, part));
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 403) return [];
    throw error;
  }
}

/** The last that ran before the one that runs now. */
export async function releaseBefore(target: Target, part: keyof Objects): Promise<Release | undefined> {
  const releases = await releasesOf(target, part);
  const now = current(releases);
  return releases.find(({ revision, status }) => status === 'superseded' && revision < (now?.revision ?? 0));
}

function upgradeArguments(target: Target, part: keyof Objects) {
  const chart = chartFor(releaseOf(target, part));
  // Values of the release before are of no matter: the settings in use are whole.
  const args = ['upgrade', chart.name, chart.folder, '--install', '--reset-values', '--values', '-'];
  const own = part === 'karmada' ? ['--create-namespace'] : [];
  return { args: [...args, ...own], input: stringify(valuesFor(chart, target.planned.settings)) };
}

/** Only hooks are waited for here: the rollout is a step of its own, which tells more. */
const waitArguments = (timeoutMs: number): string[] => ['--timeout', `${Math.ceil(timeoutMs / 1_000)}s`];

/** Helm 3 patches and knows no conflicts. */
const forceArguments = ({ major }: Helm, force = false): string[] =>
  force && major === 4 ? ['--force-conflicts'] : [];

function placeOf({ kubeconfigs, ...target }: Target, part: keyof Objects): Place {
  const { context, path } = part === 'karmada' ? kubeconfigs.karmada : kubeconfigs.management;
  return { kubeconfig: path, context, namespace: releaseNamespace(target, part) };
}
