import { describe, expect, it } from 'vitest';
import { childrenOf, type SpecInput } from '../../../service/trainingjob/index.ts';
import { AROUND, attemptOf, DISTRIBUTED, SIMPLE, trainingJob } from './some-jobs.ts';

const made = (spec: SpecInput, more: Parameters<typeof attemptOf>[2] = {}, name = 'bert') =>
  childrenOf(attemptOf(trainingJob(spec, { name }), 1, more));
const podSpec = (spec: SpecInput, more: Parameters<typeof attemptOf>[2] = {}) =>
  made(spec, more).job.spec.template.spec;
const container = (spec: SpecInput, more: Parameters<typeof attemptOf>[2] = {}) => {
  const [first] = podSpec(spec, more).containers;
  if (!first) throw new Error('no container');
  return first;
};
const variables = (spec: SpecInput, more: Parameters<typeof attemptOf>[2] = {}) =>
  Object.fromEntries(container(spec, more).env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));

/** As the kubelet does in commands and in values of variables. */
function expanded(text: string, values: Record<string, string>): string {
  return text.replace(/\$\((\w+)\)/g, (whole, name) => values[name] ?? whole);
}

describe('a PodGroup', () => {
  it('stands for all workers of one attempt, where it is switched on and there are several', () => {
    const { job, podGroup } = made(DISTRIBUTED, { podGroups: true });
    expect(podGroup).toMatchObject({
      apiVersion: 'scheduling.k8s.io/v1beta1',
      metadata: { name: 'bert-attempt-1', ownerReferences: [{ kind: 'TrainingJob' }] },
      spec: { schedulingPolicy: { gang: { minCount: 4 } } },
    });
    expect(job.spec.template.spec).toMatchObject({ schedulingGroup: { podGroupName: 'bert-attempt-1' } });
    expect(made(SIMPLE, { podGroups: true }).podGroup).toBeUndefined();
    expect(made(DISTRIBUTED).podGroup).toBeUndefined();
    expect(podSpec(DISTRIBUTED)).not.toHaveProperty('schedulingGroup');
  });
});

describe('the Job', () => {
  it('is indexed, with one pod for each worker, and ends with the first that fails', () => {
    expect(made(DISTRIBUTED).job).toMatchObject({
      metadata: { name: 'bert-training', namespace: 'ml-training', labels: { 'ml.example.com/attempt': '1' } },
      spec: { completionMode: 'Indexed', completions: 4, parallelism: 4, backoffLimit: 0 },
    });
  });

  it('carries the labels that dashboards select by, on its pods too', () => {
    const labels = { app: 'training-job', 'training-job': 'bert', component: 'worker' };
    const { job } = made(SIMPLE);
    expect(job.metadata.labels).toMatchObject(labels);
    expect(job.spec.template.metadata.labels).toMatchObject(labels);
  });

  it('hands the labels of its owner on to the pods, but not those by which Kubernetes and the operator go', () => {
    const labels = { team: 'a', 'training-job': 'other', 'batch.kubernetes.io/job-name': 'x', 'job-name': 'x' };
    const { job } = childrenOf(attemptOf(trainingJob(SIMPLE, { name: 'bert', labels }), 1));
    expect(job.spec.template.metadata.labels).toEqual({
      team: 'a',
      app: 'training-job',
      'training-job': 'bert',
      component: 'worker',
      'ml.example.com/attempt': '1',
    });
  });

  it('waits for a claim that is said to come by another way, and makes any other', () => {
    const claimWith = (storage: object) => made({ ...SIMPLE, checkpoint: { storage } }).claim?.metadata.name;
    expect(claimWith({ pvcName: 'results', create: false })).toBeUndefined();
    expect(claimWith({ pvcName: 'results' })).toBe('results');
    expect(claimWith({ create: false })).toBe('bert-checkpoints');
  });

  it('asks for the GPUs, in requests and limits, and for the resources that are the default', () => {
    expect(container(DISTRIBUTED).resources).toEqual({
      requests: { cpu: '4', memory: '16Gi', 'nvidia.com/gpu': '2' },
      limits: { cpu: '8', memory: '32Gi', 'nvidia.com/gpu': '2' },
    });
    expect(container({ ...SIMPLE, gpusPerWorker: 0 }).resources.limits).not.toHaveProperty('nvidia.com/gpu');
  });

  it('tells permanent exit codes to Kubernetes', () => {
    const { podFailurePolicy } = made({ ...SIMPLE, failurePolicy: { permanentExitCodes: [42, 3] } }).job.spec;
    expect(podFailurePolicy.rules[1]).toMatchObject({ onExitCodes: { containerName: 'training', values: [3, 42] } });
    expect(made(SIMPLE).job.spec.podFailurePolicy.rules).toHaveLength(1);
  });

  it('has what is left of the deadline', () => {
    expect(made(SIMPLE, { deadlineSeconds: 90 }).job.spec).toMatchObject({ activeDeadlineSeconds: 90 });
    expect(made(SIMPLE).job.spec).not.toHaveProperty('activeDeadlineSeconds');
  });

  it('takes over all that scheduling says', () => {
    const scheduling = {
      priority: 'high',
      nodeSelector: { zone: 'a' },
      affinity: { nodeAffinity: {} },
      tolerations: [{ key: 'spot', operator: 'Exists' }],
    };
    const spec = podSpec({ ...SIMPLE, scheduling });
    expect(spec).toMatchObject({
      priorityClassName: 'high',
      nodeSelector: { zone: 'a' },
      affinity: { nodeAffinity: {} },
    });
    expect(spec.tolerations).toContainEqual({ key: 'spot', operator: 'Exists' });
  });

  it('meets the restricted Pod Security Standard, unless its namespace allows more', () => {
    const restricted = podSpec(SIMPLE);
    expect(restricted.containers[0]).toMatchObject({
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    });
    expect(restricted).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    const attempt = attemptOf(trainingJob({ ...SIMPLE, networking: { rdmaEnabled: true } }));
    const baseline = childrenOf({ ...attempt, podSecurity: 'baseline' }).job.spec.template.spec;
    expect(JSON.stringify(baseline)).not.toContain('runAs');
    const privileged = childrenOf({ ...attempt, podSecurity: 'privileged' }).job.spec.template.spec;
    expect(privileged.containers[0]).toMatchObject({ securityContext: { capabilities: { add: ['IPC_LOCK'] } } });
  });

  it('is the same, whoever makes it and however often', () => {
    expect(made(DISTRIBUTED)).toEqual(made(DISTRIBUTED));
  });
});

describe('the container is told', () => {
  it('what the default command of PyTorch needs, with networking or without', () => {
    for (const spec of [DISTRIBUTED, { ...DISTRIBUTED, networking: undefined }, SIMPLE]) {
      const { MASTER_ADDR, MASTER_PORT, NUM_WORKERS, WORKER_RANK } = variables(spec);
      expect(WORKER_RANK).toEqual({
        fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" },
      });
      const values = { MASTER_ADDR, MASTER_PORT, NUM_WORKERS, WORKER_RANK: '3' } as Record<string, string>;
      const command = container(spec)
        .command.map((part) => expanded(part, values))
        .join(' ');
      expect(command).not.toContain('$(');
      const address = spec === SIMPLE ? 'localhost' : 'bert-training-0.bert-headless';
      expect(command).toBe(
        `python -m torch.distributed.run --nproc_per_node=${spec.gpusPerWorker} --nnodes=${spec.numWorkers} ` +
          `--node_rank=3 --master_addr=${address} --master_port=29500 train.py`,
      );
    }
  });

  it('TF_CONFIG for TensorFlow, with its rank as a number', () => {
    const { TF_CONFIG } = variables({ ...DISTRIBUTED, framework: 'tensorflow', numWorkers: 2 });
    expect(JSON.parse(expanded(String(TF_CONFIG), { WORKER_RANK: '1' }))).toEqual({
      cluster: { worker: ['bert-training-0.bert-headless:29500', 'bert-training-1.bert-headless:29500'] },
      task: { type: 'worker', index: 1 },
    });
  });

  it('the coordinator, the number of processes and its own for JAX', () => {
    expect(variables({ ...DISTRIBUTED, framework: 'jax' })).toMatchObject({
      JAX_COORDINATOR_ADDRESS: 'bert-training-0.bert-headless:29500',
      JAX_NUM_PROCESSES: '4',
      JAX_PROCESS_ID: '$(WORKER_RANK)',
    });
  });

  it('its rank before what is made from it', () => {
    const names = container({ ...DISTRIBUTED, framework: 'jax' }).env.map(({ name }) => name);
    expect(names.indexOf('WORKER_RANK')).toBeLessThan(names.indexOf('JAX_PROCESS_ID'));
  });

  it('where and how to report progress', () => {
    const { containers, volumes } = podSpec(SIMPLE);
    expect(variables(SIMPLE)).toMatchObject({
      KUBEFLOW_TRAINER_SERVER_URL: `${AROUND.progressUrl}/namespaces/ml-training/trainingjobs/bert/status`,
      KUBEFLOW_TRAINER_SERVER_CA_CERT: '/var/run/trainingjob/ca.crt',
      KUBEFLOW_TRAINER_SERVER_TOKEN: '/var/run/trainingjob/token',
    });
    expect(containers[0]?.volumeMounts).toContainEqual({
      name: 'progress',
      mountPath: '/var/run/trainingjob',
      readOnly: true,
    });
    expect(volumes.find(({ name }) => name === 'progress')).toMatchObject({
      projected: { sources: [{ serviceAccountToken: { audience: 'progress.ml.example.com', path: 'token' } }, {}] },
    });
    const none = childrenOf({ ...attemptOf(trainingJob()), progressUrl: undefined });
    expect(JSON.stringify(none)).not.toMatch(/KUBEFLOW|serviceAccountToken|ca\.crt/);
  });

  it('everything about checkpoints, whatever they are kept in', () => {
    const checkpoint = { frequency: 2, retention: 5, resumeFrom: 's3://old/best.pt' };
    const storages = {
      pvc: [{ type: 'pvc' }, '/checkpoints'],
      nfs: [{ type: 'nfs', server: 'nfs.example.com', path: '/exports' }, '/checkpoints'],
      s3: [{ type: 's3', s3Bucket: 'b', prefix: '/a/b/' }, 's3://b/a/b'],
      gcs: [{ type: 'gcs', s3Bucket: 'b' }, 'gs://b/bert'],
    } as const;
    for (const [storage, place] of Object.values(storages)) {
      const spec = { ...SIMPLE, checkpoint: { ...checkpoint, storage } };
      expect(variables(spec, { resumeFrom: 's3://old/best.pt' })).toMatchObject({
        CHECKPOINT_DIR: place,
        CHECKPOINT_FREQUENCY: '2',
        CHECKPOINT_RETENTION: '5',
        RESUME_FROM: 's3://old/best.pt',
      });
      const mounts = container(spec).volumeMounts.filter(({ name }) => name === 'checkpoints');
      expect(mounts).toEqual(place === '/checkpoints' ? [{ name: 'checkpoints', mountPath: '/checkpoints' }] : []);
    }
    expect(podSpec({ ...SIMPLE, checkpoint: { storage: storages.nfs[0] } }).volumes).toContainEqual({
      name: 'checkpoints',
      nfs: { server: 'nfs.example.com', path: '/exports' },
    });
  });

  it('about monitoring, unless that is off', () => {
    const monitoring = {
      mlflowTrackingUri: 'http://mlflow',
      wandbProject: 'p',
      tensorboardEnabled: true,
      metricsPort: 9000,
    };
    expect(variables({ ...SIMPLE, monitoring })).toMatchObject({
      MLFLOW_TRACKING_URI: 'http://mlflow',
      WANDB_PROJECT: 'p',
      TENSORBOARD_LOG_DIR: '/tmp/tensorboard',
    });
    expect(made({ ...SIMPLE, monitoring }).job.spec.template.metadata.annotations).toMatchObject({
      'prometheus.io/port': '9000',
    });
    expect(JSON.stringify(made({ ...SIMPLE, monitoring: { ...monitoring, enabled: false } }))).not.toMatch(
      /MLFLOW|prometheus/,
    );
  });

  it('the variables of its spec, which win and come once', () => {
    const env = [
      { name: 'MASTER_PORT', value: '1' },
      { name: 'KEY', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ];
    const told = container({ ...SIMPLE, env }).env;
    expect(told.filter(({ name }) => name === 'MASTER_PORT')).toEqual([{ name: 'MASTER_PORT', value: '1' }]);
    expect(told).toContainEqual(env[1]);
  });
});

describe('beside the Job', () => {
  it('is a ConfigMap with the keys that programs read', () => {
    expect(made(DISTRIBUTED).configMap).toMatchObject({
      metadata: { name: 'bert-config' },
      data: {
        model: 'bert-base-uncased',
        dataset: 'squad',
        num_workers: '4',
        gpus_per_worker: '2',
        framework: 'pytorch',
        hyperparameters: '{"learningRate":0.00005,"batchSize":16,"epochs":3}',
        backend: 'nccl',
        master_port: '29500',
      },
    });
    expect(container(DISTRIBUTED).volumeMounts).toContainEqual({
      name: 'config',
      mountPath: '/etc/training-config',
      readOnly: true,
    });
  });

  it('is a headless Service when there are several workers, whether or not networking is said', () => {
    expect(made({ ...DISTRIBUTED, networking: undefined }).service).toMatchObject({
      metadata: { name: 'bert-headless' },
      spec: { clusterIP: 'None', publishNotReadyAddresses: true, ports: [{ name: 'master', port: 29500 }] },
    });
    expect(podSpec(DISTRIBUTED).subdomain).toBe('bert-headless');
    expect(made(SIMPLE).service).toBeUndefined();
  });

  it('is a claim: one that has a name stays when the job goes', () => {
    const named = made(DISTRIBUTED).claim;
    expect(named).toMatchObject({ metadata: { name: 'bert-checkpoints' }, spec: { accessModes: ['ReadWriteMany'] } });
    expect(named?.metadata).not.toHaveProperty('ownerReferences');
    const own = made({ ...SIMPLE, checkpoint: { storage: { size: '5Gi', storageClass: 'fast' } } }).claim;
    expect(own).toMatchObject({
      metadata: { name: 'bert-checkpoints', ownerReferences: [{ uid: 'uid-of-the-training-job' }] },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '5Gi' } } },
    });
    expect(made(SIMPLE).claim).toBeUndefined();
    expect(made({ ...SIMPLE, checkpoint: { enabled: false, storage: {} } }).claim).toBeUndefined();
  });

  it('is owned by the TrainingJob, so that it goes with it', () => {
    const { job, configMap, service } = made(DISTRIBUTED);
    for (const child of [job, configMap, service]) {
      expect(child?.metadata.ownerReferences).toEqual([
        expect.objectContaining({ kind: 'TrainingJob', uid: 'uid-of-the-training-job', controller: true }),
      ]);
    }
  });
});
