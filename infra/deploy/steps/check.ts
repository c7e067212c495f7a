import { POD } from '../../../service/kube/kinds.ts';
import { eventsIn, explainPod } from '../../../service/kube/pods/explain.ts';
import { readPod } from '../../../service/kube/pods/pod.ts';
import { CHECK_FOLDER } from '../../constructs/check.ts';
import type { KubeObject } from '../../synth/synthesize.ts';
import { addressVariable } from '../entrance-address.ts';
import { StepFailure } from '../failure.ts';
import { apply, remove } from '../kube/apply.ts';
import type { Cluster } from '../kube/cluster.ts';
import { logLines } from '../kube/logs.ts';
import { createPatience } from '../rollout/patience.ts';
import { troubleOf } from '../rollout/pods.ts';
import { type Deployment, forPlatform, type Step } from '../step.ts';

const LOOK_EVERY_MS = 1_000;
const SHOWN_LINES = 15;

/** The stack's own check, as a pod beside it: what `helm test` runs too. It goes when it has ended. */
export const check: Step = {
  title: 'Check',
  skipped(deployment) {
    const { flags, target } = deployment;
    if (addressVariable(target) !== undefined) return 'it comes once the address is known';
    const isWanted = flags.probeJob || target.planned.definition.isCheckedAlways;
    return isWanted ? forPlatform(deployment) : '--probe-job was not asked for';
  },
  async run(deployment, say) {
    const { management, synthesis } = deployment.target;
    const objects = synthesis.folders.get(CHECK_FOLDER) ?? [];
    const pods = objects.filter(({ kind }) => kind === 'Pod');
    if (pods.length === 0) {
      if (!deployment.flags.probeJob) return 'there is nothing of its own to check';
      throw new StepFailure(`${deployment.target.stack} has no check`);
    }
    await removeAll(management, objects);
    try {
      for (const object of objects) if (object.kind !== 'Pod') await apply(management, object, { force: true });
      const said: string[] = [];
      // One after the other: what the first has seen to answer is what the next must not reach.
      for (const pod of pods) {
        await apply(management, pod, { force: true });
        said.push(await ended(deployment, pod, say));
      }
      return said.join('; ');
    } finally {
      // Also after Ctrl-C, when no request can be made: the next check begins with this.
      if (!deployment.target.signal.aborted) await removeAll(management, objects);
    }
  },
};

async function ended({ flags, target }: Deployment, pod: KubeObject, say: (text: string) => void): Promise<string> {
  const { kube, pause } = target.management;
  const name = { namespace: target.namespace, name: pod.metadata.name };
  const patience = createPatience(flags.patience);
  // The check ends by itself, with its reason; the rest is for its image and its start.
  const deadline = performance.now() + target.planned.settings.check.timeoutSeconds * 1_000 + flags.timeout;
  for (;;) {
    const found = await kube.get(POD, name);
    if (!found) throw new StepFailure(`the pod ${pod.metadata.name} is no longer there: somebody removed it`);
    const lines = await logLines(target.management, name, { tailLines: SHOWN_LINES });
    const live = readPod(found);
    const { phase } = live.status;
    if (phase === 'Succeeded') return lines.at(-1) ?? 'it succeeded';
    if (phase === 'Failed')
      throw new StepFailure(lines.slice(-SHOWN_LINES).join('\n') || 'it failed, and said nothing');
    say(lines.at(-1) ?? `the pod ${pod.metadata.name} is ${phase}`);
    const trouble = troubleOf(live);
    const isLate = performance.now() >= deadline;
    if (isLate || (trouble && patience.exhausted([trouble]).length > 0)) {
      const reasons = await explainPod(kube, live, await eventsIn(kube, target.namespace), { signal: target.signal });
      throw new StepFailure([isLate ? 'it does not end' : 'its pod does not come up', ...reasons].join('\n  '));
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** The pod last applied first, and gone before anything of its name is made anew. */
async function removeAll(cluster: Cluster, objects: readonly KubeObject[]): Promise<void> {
  for (const object of [...objects].reverse()) {
    if (!(await remove(cluster, object))) continue;
    while ((await cluster.find(object)) !== undefined) await cluster.pause(500);
  }
}
