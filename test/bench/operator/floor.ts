// The least that could do the operator's work: the same lists and watches, and for each new TrainingJob the same writes, with
// nothing decided, remembered or tried again. Says "ready" when all lists are read.
import { createKube } from '../../../service/kube/client.ts';
import { CONFIG_MAP, POD, SERVICE } from '../../../service/kube/kinds.ts';
import { loadKubeconfig } from '../../../service/kube/kubeconfig.ts';
import { createReflector } from '../../../service/kube/reflector/reflector.ts';
import { BATCH_JOB, TRAINING_JOB } from '../../../service/operator/kinds.ts';
import { childrenOf, readTrainingJob } from '../../../service/trainingjob/index.ts';

const kube = createKube(await loadKubeconfig(process.env.KUBECONFIG ?? ''), { userAgent: 'floor' });
const labelSelector = 'app=training-job';
const children = [BATCH_JOB, POD, CONFIG_MAP, SERVICE].map((kind) =>
  createReflector(kube, kind, { labelSelector, keep: ({ metadata }) => metadata.uid }),
);
const trainingJobs = createReflector(kube, TRAINING_JOB, {
  keep: (object) => object,
  onChange(change) {
    if (change.type === 'added' && change.after.status === undefined) void make(change.after).catch(console.error);
  },
});
await Promise.all([...children, trainingJobs].map(({ synced }) => synced));
console.log('ready');

async function make(object: Parameters<typeof readTrainingJob>[0] & object): Promise<void> {
  const reading = readTrainingJob(object);
  if ('problems' in reading) return;
  const { job } = reading;
  const surroundings = { podSecurity: 'restricted', progressUrl: undefined, progressAuthority: '' } as const;
  const made = childrenOf({ ...surroundings, job, number: 1, resumeFrom: undefined, deadlineSeconds: undefined });
  const { name, namespace } = job;
  const status = { state: 'Pending', attempt: 1 };
  const { apiVersion, kind } = TRAINING_JOB;
  const as = { fieldManager: 'floor', force: true };
  await kube.apply(CONFIG_MAP, made.configMap, as);
  await kube.create(BATCH_JOB, made.job);
  await kube.apply(
    TRAINING_JOB,
    { apiVersion, kind, metadata: { name, namespace }, status },
    { ...as, subresource: 'status' },
  );
}
