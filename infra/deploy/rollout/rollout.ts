import type { Pod } from '../../../service/kube/pods/pod.ts';
import type { KubeObject } from '../../synth/synthesize.ts';
import { StepFailure } from '../failure.ts';
import { titleOf } from '../kube/objects.ts';
import { type Deployment, forPlatform, type Step } from '../step.ts';
import { createPatience, type Trouble } from './patience.ts';
import { matching, ofNewVersion, podsIn, troubleOf } from './pods.ts';
import { isWaitedFor, type Progress, progressOf, type Workload } from './progress.ts';
import { reasonsFor } from './reasons.ts';
import { replaceStuckPods } from './stuck-pods.ts';

const LOOK_EVERY_MS = 1_000;

/** Waits for all that was applied; ends as soon as it is clear that something will not come up. */
export const rollout: Step = {
  title: 'Rollout',
  skipped: forPlatform,
  async run(deployment, say) {
    const { flags, target } = deployment;
    const deadline = performance.now() + flags.timeout;
    const patience = createPatience(flags.patience);
    const waited = deployment.objects.platform.filter(isWaitedFor);
    let waiting: readonly KubeObject[] = waited;
    while (waiting.length > 0) {
      const looks = await lookAt(deployment, waiting);
      const broken = looks.filter(({ progress }) => progress.state === 'failed');
      if (broken.length > 0) throw await failure(deployment, broken, 'failed');
      const left = looks.filter(({ progress }) => progress.state === 'waiting');
      if (left.length === 0) break;
      const given = new Set(patience.exhausted(left.flatMap(({ troubles }) => troubles)));
      const hopeless = left.filter(({ troubles }) => troubles.some((each) => given.has(each)));
      if (hopeless.length > 0) throw await failure(deployment, hopeless, 'does not come up');
      if (performance.now() >= deadline) {
        throw await failure(deployment, left, `not up within ${flags.timeout / 1000} s`);
      }
      say(left.map(({ object, progress }) => `${titleOf(object)}: ${progress.text}`).join(', '));
      for (const { live, pods } of left) await replaceStuckPods(target.management, live, pods, say);
      waiting = left.map(({ object }) => object);
      await target.management.pause(LOOK_EVERY_MS);
    }
    const claims = waited.filter(({ kind }) => kind === 'PersistentVolumeClaim').length;
    return `${waited.length - claims} of ${waited.length - claims} workloads up`;
  },
};

interface Look {
  readonly object: KubeObject;
  readonly live: Workload | undefined;
  readonly progress: Progress;
  readonly pods: readonly Pod[];
  readonly troubles: readonly Trouble[];
}

async function lookAt({ target }: Deployment, objects: readonly KubeObject[]): Promise<Look[]> {
  const items = await podsIn(target);
  return Promise.all(
    objects.map(async (object) => {
      const live = (await target.management.find(object)) as Workload | undefined;
      const progress = progressOf(live);
      const labels = live?.spec?.selector?.matchLabels;
      const pods = labels ? matching(items, labels) : [];
      return { object, live, progress, pods, troubles: troublesOf(object, live, progress, pods) };
    }),
  );
}

function troublesOf(object: KubeObject, live: Workload | undefined, progress: Progress, pods: readonly Pod[]) {
  const refused: Trouble[] = progress.trouble === undefined ? [] : [{ key: titleOf(object), pace: 'lasting' }];
  const ofPods = ofNewVersion(pods, live?.status?.updateRevision).flatMap((pod) => troubleOf(pod) ?? []);
  return [...refused, ...ofPods];
}

async function failure(deployment: Deployment, looks: readonly Look[], what: string) {
  const texts = await Promise.all(
    looks.map(async ({ live, object, progress }) => {
      const reasons = live ? await reasonsFor(deployment.target, live) : [];
      const refused = progress.trouble === undefined ? [] : [progress.trouble];
      const lines = [...refused, ...reasons].map((each) => `  ${each}`);
      return [`${titleOf(object)} ${what}: ${progress.text}`, ...lines].join('\n');
    }),
  );
  return new StepFailure(texts.join('\n'));
}
