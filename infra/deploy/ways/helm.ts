import { adopt, strangers } from '../helm/adoption.ts';
import { findHelm } from '../helm/binary.ts';
import { chartFor } from '../helm/chart.ts';
import { previewRelease } from '../helm/preview.ts';
import { forgetRelease, isPending, type Release } from '../helm/release.ts';
import { releaseBefore, releasesOf, rollback, upgrade } from '../helm/runs.ts';
import { remove } from '../kube/apply.ts';
import { titleOf } from '../kube/resources.ts';
import { deleteRevision } from '../revisions.ts';
import { progressOf, type Workload } from '../rollout/progress.ts';
import { reasonsFor } from '../rollout/reasons.ts';
import { type Deployment, StepFailure } from '../step.ts';
import type { Objects } from '../target.ts';
import { outdated } from './outdated.ts';
import { clusterOf, partsOf, releaseNamespace, releaseOf } from './parts.ts';
import type { Way } from './way.ts';

/** The charts of charts-out/helm, one release for each API server; the record is Helm's own. */
export const helm: Way = {
  async obstacles(deployment) {
    const { flags, target } = deployment;
    const found = await Promise.all(
      partsOf(flags, target).flatMap((part) => [strangers(deployment, part), atWork(deployment, part)]),
    );
    return found.flat();
  },

  rights(target) {
    const secrets = (namespace: string) =>
      ['list', 'get', 'create', 'update', 'delete'].map((verb) => ({
        verb,
        group: '',
        resource: 'secrets',
        namespace,
      }));
    return {
      management: secrets(releaseNamespace(target, 'platform')),
      karmada: secrets(releaseNamespace(target, 'karmada')),
    };
  },

  async before(target) {
    const platform = await releaseBefore(target, 'platform');
    if (!platform) return undefined;
    const karmada = target.karmada && (await releaseBefore(target, 'karmada'));
    const objects = { platform: platform.objects, karmada: karmada?.objects ?? target.objects.karmada };
    return { name: `revision ${platform.revision} of the Helm release`, objects };
  },

  begin: async ({ target }) => `Helm keeps it, with the release ${releaseOf(target, 'platform')}`,

  async install(deployment, part, say) {
    const { flags, target } = deployment;
    const program = await findHelm(process.env);
    await forgetAbandoned(deployment, part, say);
    if (flags.adopt) await adopt(deployment, part);
    try {
      await (flags.rollback ? rollback : upgrade)(program, deployment, part, say);
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      const reasons = part === 'platform' ? await reasonsOfJobs(deployment) : [];
      throw new StepFailure([`${error.message}${hintFor(error.message)}`, ...reasons].join('\n'));
    }
    const [newest] = await releasesOf(target, part);
    return `release ${releaseOf(target, part)}, revision ${newest?.revision}, by helm ${program.version}`;
  },

  async finish(deployment, say) {
    const { earlier, flags, target } = deployment;
    if (!flags.adopt || earlier.length === 0) return 'Helm has removed what the release no longer holds';
    const removed: string[] = [];
    for (const part of partsOf(flags, target)) {
      for (const object of await outdated(deployment, part)) {
        if (!(await remove(clusterOf(target, part), object))) continue;
        removed.push(titleOf(object));
        say(`${titleOf(object)} removed`);
      }
    }
    // What the revisions name in the other part is still to be handed over.
    if (flags.only === undefined) for (const { number } of earlier) await deleteRevision(target, number);
    return removed.length > 0 ? `removed ${removed.join(', ')}` : 'nothing to remove';
  },

  async preview(deployment) {
    const { flags, target } = deployment;
    const program = await findHelm(process.env);
    const parts = await Promise.all(partsOf(flags, target).map((part) => previewRelease(program, deployment, part)));
    return parts.flat();
  },
};

/** What is wrong with the machine, as far as this way needs it; asks no cluster. */
export async function helmMistakes(stack: string, usesKarmada: boolean): Promise<string[]> {
  const parts: (keyof Objects)[] = usesKarmada ? ['karmada', 'platform'] : ['platform'];
  const checks = [
    () => findHelm(process.env),
    ...parts.map((part) => async () => chartFor(releaseOf({ stack }, part))),
  ];
  const results = await Promise.allSettled(checks.map((check) => check()));
  return results.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Error).message] : []));
}

/** Another helm on the same release; one that has not written for longer than it may take was killed. */
async function atWork({ flags, target }: Deployment, part: keyof Objects): Promise<string[]> {
  const [newest] = await releasesOf(target, part);
  if (!newest || !isPending(newest) || isAbandoned(newest, flags.timeout)) return [];
  const seconds = Math.round((Date.now() - newest.changedAt) / 1_000);
  const place = `${newest.secret} in the namespace ${releaseNamespace(target, part)}`;
  return [
    `another helm works at the release ${releaseOf(target, part)} since ${seconds} s (${newest.status}): wait for it, or, where it was killed, delete the Secret ${place}`,
  ];
}

const isAbandoned = ({ changedAt }: Release, timeoutMs: number): boolean => Date.now() - changedAt > timeoutMs;

/** With it helm refuses every upgrade; what it installed meanwhile bears the release's name and is taken up again. */
async function forgetAbandoned(
  { target }: Deployment,
  part: keyof Objects,
  say: (text: string) => void,
): Promise<void> {
  const [newest] = await releasesOf(target, part);
  if (!newest || !isPending(newest)) return;
  await forgetRelease(clusterOf(target, part), releaseNamespace(target, part), [newest]);
  say(`revision ${newest.revision} was left ${newest.status} and is begun anew`);
}

/** helm itself says of a hook no more than that it failed. */
async function reasonsOfJobs({ objects, target }: Deployment): Promise<string[]> {
  const { api, resources } = target.management;
  const jobs = objects.platform.filter(({ kind }) => kind === 'Job');
  const reasons = await Promise.all(
    jobs.map(async (job) => {
      const live = await api.find<Workload>(await resources.pathOf(job));
      return live && progressOf(live).state !== 'up' ? reasonsFor(target, live) : [];
    }),
  );
  return reasons.flat().map((each) => `  ${each}`);
}

function hintFor(message: string): string {
  if (/conflict/i.test(message)) return '\n--force-conflicts takes these fields over';
  if (/immutable|updates to statefulset spec/i.test(message)) {
    return '\nsuch a field cannot be changed: remove that object (kubectl delete --cascade=orphan keeps its pods and volumes) and run the same command again';
  }
  return '';
}
