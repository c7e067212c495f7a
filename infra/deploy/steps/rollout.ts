import { waveOf } from '../../constructs/waves.ts';
import type { KubeObject } from '../../synth/synthesize.ts';
import { titleOf } from '../kube/resources.ts';
import { reasonsFor } from '../reasons.ts';
import { type Deployment, forPlatform, type Step, StepFailure } from '../step.ts';
import { progressOf, type Workload } from '../workload-progress.ts';

const LOOK_EVERY_MS = 1_000;
/** The wave of one-time Jobs that others wait for; later ones may compute for days. */
const LAST_JOB_WAVE = 3;

export const rollout: Step = {
  title: 'Rollout',
  skipped: forPlatform,
  async run(deployment, say) {
    const { flags, target } = deployment;
    const deadline = performance.now() + flags.timeout;
    const waited = deployment.objects.platform.filter(isWaitedFor);
    let waiting: readonly KubeObject[] = waited;
    while (waiting.length > 0) {
      const looks = await Promise.all(waiting.map((each) => look(deployment, each)));
      const broken = looks.filter(({ progress }) => progress.state === 'failed');
      if (broken.length > 0) throw await failure(deployment, broken, 'failed');
      const left = looks.filter(({ progress }) => progress.state === 'waiting');
      if (left.length === 0) break;
      if (performance.now() >= deadline) {
        throw await failure(deployment, left, `not up within ${flags.timeout / 1000} s`);
      }
      say(left.map(({ object, progress }) => `${titleOf(object)}: ${progress.text}`).join(', '));
      waiting = left.map(({ object }) => object);
      await target.management.pause(LOOK_EVERY_MS);
    }
    return `${waited.length} of ${waited.length} workloads up`;
  },
};

function isWaitedFor(object: KubeObject): boolean {
  if (object.kind === 'Job') return waveOf(object) <= LAST_JOB_WAVE;
  return object.kind === 'Deployment' || object.kind === 'StatefulSet';
}

async function look({ target }: Deployment, object: KubeObject) {
  const { api, resources } = target.management;
  const live = await api.find<Workload>(await resources.pathOf(object));
  return { object, live, progress: progressOf(live) };
}

async function failure(deployment: Deployment, looks: readonly Awaited<ReturnType<typeof look>>[], what: string) {
  const texts = await Promise.all(
    looks.map(async ({ live, object, progress }) => {
      const reasons = live ? await reasonsFor(deployment.target, live) : [];
      return [`${titleOf(object)} ${what}: ${progress.text}`, ...reasons.map((each) => `  ${each}`)].join('\n');
    }),
  );
  return new StepFailure(texts.join('\n'));
}
