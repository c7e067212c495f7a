import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { TRAINER_RAY_VERSION } from '../../../service/contract/trainers.ts';
import { LABELS } from '../../../service/contract.ts';
import { type Manifest, manifestsOf, trainingEnvironment } from '../../../service/jobs/index.ts';
import { inPlace, keepingPolicy, type Place, placementPolicy } from '../../../service/jobs/manifests/index.ts';
import { childrenOf, readTrainingJob } from '../../../service/trainingjob/index.ts';
import { specSchema } from '../../../service/trainingjob/schema/spec.ts';
import { schemaProblems } from '../../schemas/schemas.ts';
import { AROUND } from '../trainingjob/some-jobs.ts';
import { accepted, container, minimal, specOf, validBody } from './requests.ts';

const settings = { rayImage: 'rayproject/ray:2.46.0', credentialsSecret: 'object-storage', storageClass: null };

const made = (body: unknown, more: Parameters<typeof specOf>[1] = {}) =>
  manifestsOf(specOf(accepted(body), more), settings);
const all = (body: unknown) => {
  const { namespace, volume, earlier, workload } = made(body);
  const place = { first: ['member1'], candidates: [], without: ['member2'], clusterCount: 1 };
  const policies = [
    placementPolicy({ kind: 'RayJob', namespace: 'default' }, place),
    keepingPolicy('default', ['member1']),
  ];
  return [namespace, volume, earlier.volumePolicy(['member1']), ...policies, workload].filter(
    (one) => one !== undefined,
  );
};

/** Reaches into a manifest: spec.rayClusterSpec.headGroupSpec... */
function at(manifest: Manifest | undefined, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], manifest);
}

const HEAD = 'spec.rayClusterSpec.headGroupSpec.template.spec';
const WORKER = 'spec.rayClusterSpec.workerGroupSpecs.0.template.spec';
const SUBMITTER = 'spec.submitterPodTemplate.spec';

describe('a RayJob', () => {
  const { workload } = made(
    minimal({
      resources: { instanceCount: 3, instanceResources: { cpuCores: 8, memoryGiB: 32.5, gpuCount: 2 } },
      stoppingCondition: { maxRuntimeSeconds: 600 },
      priority: 900,
    }),
  );

  it('carries the job: name, labels, priority, deadline, one try', () => {
    expect(workload.metadata).toEqual({
      name: 'demo-0a1b2c3d',
      namespace: 'default',
      labels: { 'app.kubernetes.io/managed-by': 'ml-platform', 'mlplatform.io/job-id': 'demo-0a1b2c3d' },
      annotations: { 'mlplatform.io/priority': '900', 'mlplatform.io/algorithm': 'xgboost' },
    });
    expect(workload.spec).toMatchObject({
      entrypoint: 'python -m mlplatform.train xgboost',
      activeDeadlineSeconds: 600,
      backoffLimit: 0,
      suspend: false,
      shutdownAfterJobFinishes: true,
      rayClusterSpec: { rayVersion: '2.46.0' },
    });
  });

  it.each([
    ['xgboost', 0, 'trainer-cpu:1'],
    ['torch-mpi', 2, 'trainer-gpu:1'],
    ['tensorflow-cnn', 0, 'trainer-tensorflow:1'],
    ['tf-distributed', 2, 'trainer-tensorflow:1'],
    // Its engine is in no other.
    ['deepspeed-zero3', 0, 'trainer-gpu:1'],
  ])(
    'runs %s with %i GPUs in the image that has its engine, and tells KubeRay its Ray',
    (algorithmName, gpuCount, image) => {
      const trainerImages = { cpu: 'trainer-cpu:1', tensorflow: 'trainer-tensorflow:1', gpu: 'trainer-gpu:1' };
      const body = minimal({ algorithm: { algorithmName }, resources: { instanceResources: { gpuCount } } });
      const { workload } = manifestsOf(specOf(accepted(body)), { ...settings, trainerImages });
      expect(at(workload, `${HEAD}.containers.0.image`)).toBe(image);
      expect(at(workload, 'spec.rayClusterSpec.rayVersion')).toBe(TRAINER_RAY_VERSION);
    },
  );

  it.each([
    ['rayproject/ray:2.53.0-py312-gpu', '2.53.0'],
    ['registry.example.com:5000/mirror/ray:2.60.0', '2.60.0'],
    ['team/array:3.1.4', '2.46.0'],
    ['team/train:7', '2.46.0'],
  ])('of %s it tells KubeRay of Ray %s', (imageUri, version) => {
    const { workload: own } = made(minimal({ algorithm: { source: 'container', imageUri } }));
    expect(at(own, 'spec.rayClusterSpec.rayVersion')).toBe(version);
  });

  it('has a head with the three ports and workers with what was asked for', () => {
    expect(at(workload, `${HEAD}.containers.0.ports`)).toEqual([
      { name: 'gcs-server', containerPort: 6379 },
      { name: 'dashboard', containerPort: 8265 },
      { name: 'client', containerPort: 10001 },
    ]);
    expect(at(workload, 'spec.rayClusterSpec.workerGroupSpecs.0')).toMatchObject({
      replicas: 3,
      minReplicas: 1,
      maxReplicas: 3,
    });
    const amounts = { cpu: '8', memory: '33280Mi', 'nvidia.com/gpu': '2' };
    expect(at(workload, `${WORKER}.containers.0.resources`)).toEqual({ requests: amounts, limits: amounts });
    expect(at(workload, `${HEAD}.containers.0.resources.limits`)).toEqual({ cpu: '2', memory: '8Gi' });
  });

  it.each([HEAD, WORKER])('mounts the volume of the job (%s)', (pod) => {
    expect(at(workload, `${pod}.containers.0.volumeMounts`)).toEqual([
      { name: 'results', mountPath: '/home/ray/result-storage' },
    ]);
    expect(at(workload, `${pod}.volumes`)).toEqual([
      { name: 'results', persistentVolumeClaim: { claimName: 'demo-0a1b2c3d' } },
    ]);
  });

  it.each([HEAD, WORKER, SUBMITTER])('gets its credentials from the Secret alone (%s)', (pod) => {
    expect(at(workload, `${pod}.containers.0.env.0`)).toEqual({
      name: 'AWS_ACCESS_KEY_ID',
      valueFrom: { secretKeyRef: { name: 'object-storage', key: 'AWS_ACCESS_KEY_ID', optional: true } },
    });
  });

  it.each([HEAD, WORKER, SUBMITTER])('meets the restricted Pod Security Standard, outside of the mesh (%s)', (pod) => {
    expect(at(workload, `${pod}.securityContext`)).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(at(workload, `${pod}.containers.0.securityContext`)).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    expect(at(workload, `${pod.replace(/\.spec$/, '')}.metadata.annotations`)).toEqual({
      'sidecar.istio.io/inject': 'false',
    });
  });

  it('takes the names that the request gives', () => {
    const given = made(
      container({
        entrypoint: 'python main.py',
        headImage: 'a/head:1',
        workerImage: 'a/worker:1',
        pvcName: 'mine',
        credentialsSecret: 'keys',
      }),
    );
    expect(given.volume).toBeUndefined();
    expect(given.earlier.volumePolicy(['member1'])).toBeUndefined();
    expect(at(given.workload, 'spec.entrypoint')).toBe('python main.py');
    expect(at(given.workload, `${HEAD}.containers.0.image`)).toBe('a/head:1');
    expect(at(given.workload, `${SUBMITTER}.containers.0.image`)).toBe('a/head:1');
    expect(at(given.workload, `${WORKER}.containers.0.image`)).toBe('a/worker:1');
    expect(at(given.workload, `${WORKER}.volumes.0.persistentVolumeClaim.claimName`)).toBe('mine');
    expect(at(given.workload, `${HEAD}.containers.0.env.0.valueFrom.secretKeyRef.name`)).toBe('keys');
  });

  it('is suspended when the user wants that', () => {
    expect(at(made(minimal(), { wanted: 'suspend' }).workload, 'spec.suspend')).toBe(true);
  });
});

describe('a batch Job', () => {
  const { workload } = made(
    container({
      runtime: 'job',
      command: ['train'],
      args: ['--fast'],
      resources: { instanceCount: 2 },
      customHyperparameters: { price: '$(HOME)' },
    }),
  );

  it('runs the image as it is, one pod for each instance, once', () => {
    expect(workload).toMatchObject({ apiVersion: 'batch/v1', kind: 'Job' });
    expect(workload.spec).toMatchObject({
      completions: 2,
      parallelism: 2,
      backoffLimit: 0,
      activeDeadlineSeconds: 14_400,
      suspend: false,
    });
    expect(at(workload, 'spec.template.spec.containers.0')).toMatchObject({ command: ['train'], args: ['--fast'] });
  });

  it('is told everything as plain text', () => {
    const env = at(workload, 'spec.template.spec.containers.0.env') as { name: string; value?: string }[];
    expect(env).toContainEqual({ name: 'NUM_WORKER', value: '2' });
    expect(env).toContainEqual({ name: 'PRICE', value: '$$(HOME)' });
  });
});

describe('a TrainingJob', () => {
  const body = container({
    runtime: 'trainingjob',
    command: ['torchrun', 'train.py'],
    resources: { instanceCount: 4, instanceResources: { cpuCores: 8, memoryGiB: 32.5, gpuCount: 2 }, volumeSizeGB: 20 },
    stoppingCondition: { maxRuntimeSeconds: 600 },
    inputDataConfig: [{ channelName: 'train', endpoint: 'https://minio.local', bucket: 'data', prefix: 'squad/' }],
    hyperparameters: { mine: { learning_rate: 0.001, epochs: 5, batchSize: 'many', layers: [1, 2], nothing: null } },
    customHyperparameters: { seed: 7 },
    training: { model: 'bert', backoffLimit: 5, backend: 'gloo', checkpoint: { frequency: 2, retention: 3 } },
  });
  const { volume, workload } = made(body);

  it('has workers with what was asked for, the limits and what the kind has fields for', () => {
    expect(workload).toMatchObject({
      apiVersion: 'ml.example.com/v1',
      kind: 'TrainingJob',
      metadata: { name: 'demo-0a1b2c3d', labels: { [LABELS.jobId]: 'demo-0a1b2c3d' } },
      spec: {
        model: 'bert',
        dataset: 's3://data/squad/',
        numWorkers: 4,
        gpusPerWorker: 2,
        image: 'registry.example.com/team/train:1.0',
        command: ['torchrun', 'train.py'],
        resources: { requests: { cpu: '8', memory: '33280Mi' }, limits: { cpu: '8', memory: '33280Mi' } },
        networking: { backend: 'gloo' },
        failurePolicy: { backoffLimit: 5, activeDeadlineSeconds: 600 },
        suspend: false,
      },
    });
    expect(at(workload, 'spec.hyperparameters')).toEqual({
      learningRate: 0.001,
      epochs: 5,
      additionalParams: { batchSize: 'many', layers: [1, 2] },
    });
  });

  it('keeps its checkpoints on the volume of the job, which comes with it and is not made a second time', () => {
    expect(at(workload, 'spec.checkpoint')).toEqual({
      frequency: 2,
      retention: 3,
      storage: { type: 'pvc', pvcName: volume?.metadata.name, create: false },
    });
    expect(variablesIn(workload)).toMatchObject({ STORAGE_PATH: '/checkpoints', SEED: '7', RUN_NAME: 'demo' });
    const job = trainingJobOf(workload);
    const claims = childrenOf({ ...AROUND, job, number: 1, resumeFrom: undefined, deadlineSeconds: undefined });
    expect(claims.claim).toBeUndefined();
    expect(JSON.stringify(claims.job)).toContain(`"claimName":"${volume?.metadata.name}"`);
  });

  it('its pods are found by the labels of the job', () => {
    const job = trainingJobOf(workload);
    const { template } = childrenOf({ ...AROUND, job, number: 1, resumeFrom: undefined, deadlineSeconds: undefined })
      .job.spec;
    expect(template.metadata.labels).toMatchObject({ [LABELS.jobId]: 'demo-0a1b2c3d', 'training-job': job.name });
  });

  it('takes credentials from a Secret, never from text', () => {
    expect(at(workload, 'spec.env')).toContainEqual({
      name: 'AWS_ACCESS_KEY_ID',
      valueFrom: { secretKeyRef: { name: 'object-storage', key: 'AWS_ACCESS_KEY_ID', optional: true } },
    });
  });

  it('says what it trains when nobody says it', () => {
    const { workload: plain } = made(container({ runtime: 'trainingjob' }));
    expect(plain.spec).toMatchObject({ model: 'mine', dataset: 'none', gpusPerWorker: 0 });
    expect(plain.spec).not.toHaveProperty('command');
    expect(plain.spec).not.toHaveProperty('failurePolicy.backoffLimit');
  });

  it('whatever the request, is what the schema of the kind takes, with nothing of it dropped', () => {
    const trainings = validBody.map((each) => ({
      ...each,
      ...container({ runtime: 'trainingjob', jobName: each.jobName, resources: TRAINING_RESOURCES }),
      hyperparameters: {},
    }));
    fc.assert(
      fc.property(trainings, fc.constantFrom(null, 'fast'), (each, storageClass) => {
        const { spec } = manifestsOf(specOf(accepted(each)), { ...settings, storageClass }).workload;
        expect(specSchema.parse(spec)).toMatchObject(spec as object);
      }),
      { numRuns: 200 },
    );
  });
});

const TRAINING_RESOURCES = { instanceCount: 3, instanceResources: { cpuCores: 0.5, memoryGiB: 1.5, gpuCount: 8 } };

const trainingJobOf = (workload: Manifest) => {
  const reading = readTrainingJob({
    ...workload,
    metadata: { ...workload.metadata, uid: 'u', resourceVersion: '1', generation: 1 },
  });
  if (!('job' in reading)) throw new Error(reading.problems.join());
  return reading.job;
};

const variablesIn = (workload: Manifest): Record<string, unknown> =>
  Object.fromEntries(
    (at(workload, 'spec.env') as { name: string; value?: string }[]).map(({ name, value }) => [name, value]),
  );

describe('the volume', () => {
  it('is shared by all pods and has the size asked for', () => {
    const { volume } = made(minimal({ resources: { volumeSizeGB: 7 } }));
    expect(volume?.spec).toEqual({ accessModes: ['ReadWriteMany'], resources: { requests: { storage: '7Gi' } } });
  });

  it('is kept where it is, when the job has gone, by one policy for all that are there', () => {
    const policy = keepingPolicy('default', ['member2']);
    expect(policy).toEqual(keepingPolicy('default', ['member2']));
    expect(policy.spec).toMatchObject({
      resourceSelectors: [
        { kind: 'PersistentVolumeClaim', labelSelector: { matchLabels: { [LABELS.placement]: policy.metadata.name } } },
      ],
      placement: { clusterAffinity: { clusterNames: ['member2'] } },
    });
  });
});

describe('the policy', () => {
  const anywhere = { first: [], candidates: [], without: [], clusterCount: 1 };

  it('puts each job on exactly one cluster, whichever it is, and what its pods refer to with it', () => {
    const policy = placementPolicy({ kind: 'RayJob', namespace: 'team-a' }, anywhere);
    expect(policy.spec).toMatchObject({
      propagateDeps: true,
      resourceSelectors: [
        { kind: 'RayJob', namespace: 'team-a', labelSelector: { matchLabels: inPlace(policy) } },
        { kind: 'Job', namespace: 'team-a', labelSelector: { matchLabels: inPlace(policy) } },
      ],
      placement: { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 1 }] },
    });
    expect(at(policy, 'spec.placement.clusterAffinity')).toBeUndefined();
  });

  it('names the candidates and as many clusters as asked for', () => {
    const place = { first: [], candidates: ['b', 'a', 'c'], without: [], clusterCount: 2 };
    expect(placementPolicy({ kind: 'RayJob', namespace: 'team-a' }, place).spec).toMatchObject({
      placement: {
        clusterAffinity: { clusterNames: ['a', 'b', 'c'] },
        spreadConstraints: [{ spreadByField: 'cluster', minGroups: 2, maxGroups: 2 }],
      },
    });
  });

  it('names the first choice, and what is taken if that cannot be had', () => {
    const place = { first: ['b'], candidates: [], without: ['away'], clusterCount: 1 };
    expect(
      at(placementPolicy({ kind: 'RayJob', namespace: 'team-a' }, place), 'spec.placement.clusterAffinities'),
    ).toEqual([
      { affinityName: 'first', clusterNames: ['b'] },
      { affinityName: 'rest', exclude: ['away'] },
    ]);
  });

  it('of TrainingJobs is another than that of the other kinds, which keep the name of before', () => {
    const trainings = placementPolicy({ kind: 'TrainingJob', namespace: 'team-a' }, anywhere);
    expect(trainings.spec).toMatchObject({ resourceSelectors: [{ kind: 'TrainingJob' }], propagateDeps: true });
    const others = placementPolicy({ kind: 'Job', namespace: 'team-a' }, anywhere);
    expect(trainings.metadata.name).not.toBe(others.metadata.name);
    expect(others.metadata.name).toBe(placementPolicy({ kind: 'RayJob', namespace: 'team-a' }, anywhere).metadata.name);
  });

  it('is the same for the same place, and another for another', () => {
    const name = (place: Place) => placementPolicy({ kind: 'RayJob', namespace: 'team-a' }, place).metadata.name;
    expect(name({ ...anywhere, candidates: ['a', 'b'] })).toBe(name({ ...anywhere, candidates: ['b', 'a'] }));
    expect(name({ ...anywhere, first: ['a'] })).not.toBe(name({ ...anywhere, first: ['b'] }));
    expect(name(anywhere)).not.toBe(name({ ...anywhere, clusterCount: 2 }));
  });

  it('leaves the job where it is when its cluster is out of reach', () => {
    expect(
      at(placementPolicy({ kind: 'RayJob', namespace: 'team-a' }, anywhere), 'spec.placement.clusterTolerations'),
    ).toEqual([
      { key: 'cluster.karmada.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
      { key: 'cluster.karmada.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
    ]);
  });
});

/** KubeRay and Ray read YAML 1.1, to which y, no and 12:30:45 are not text. */
const YAML_OF_GO = { version: '1.1' } as const;

/** What the processes of a RayJob find: the runtime environment over that of their pod. */
function arriving(workload: Manifest): Record<string, string> {
  const runtime = parse(at(workload, 'spec.runtimeEnvYAML') as string, YAML_OF_GO) as {
    env_vars: Record<string, string>;
  };
  const pod = at(workload, `${WORKER}.containers.0.env`) as { name: string; value?: string }[];
  const plain = pod.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value.replaceAll('$$', '$')]]));
  return { ...Object.fromEntries(plain), ...runtime.env_vars };
}

describe('nothing in a request can change the structure', () => {
  const hostile = [
    '"\n  EVIL: "1',
    '\\"\\n  EVIL: 1',
    "'; EVIL: 1 #",
    '{{ .Values.x }}',
    '*anchor',
    '!!python/object:os.system',
    '- a',
    'yes',
    'null',
    '0x10',
    '12:30:45',
    '2026-11-21',
    '1e3',
    '~',
    '',
    '#',
    ' lead',
    '日本語 ✓',
  ].filter((text) => !text.includes('\n'));

  it.each(hostile)('as a parameter: %s', (text) => {
    const { workload } = made(minimal({ customHyperparameters: { y: text, no: text } }));
    expect(arriving(workload)).toEqual(
      trainingEnvironment(specOf(accepted(minimal({ customHyperparameters: { y: text, no: text } })))),
    );
  });

  it('whatever the text', () => {
    const normal = Object.keys(arriving(made(minimal()).workload)).sort();
    fc.assert(
      fc.property(
        fc
          .string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
          .filter((text) => !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)),
        (text) => {
          const channel = { channelName: 'train', bucket: 'b', labelName: text, contentType: text };
          const { workload } = made(minimal({ inputDataConfig: [channel], customHyperparameters: { x: text } }));
          expect(Object.keys(arriving(workload)).sort()).toEqual([...normal, 'X'].sort());
          expect(arriving(workload)).toMatchObject({ X: text, LABEL_COLUMN: text });
        },
      ),
    );
  });

  // KubeRay's submitter runs: ray job submit --runtime-env-json <Go-quoted JSON>, by way of bash.
  it.each(['$(touch /tmp/x)', '`id`', '$HOME', 'a"b', 'back\\slash', "it's", 'a!b', '*', 'price in $'])(
    "through the submitter's shell: %s",
    (text) => {
      const { workload } = made(minimal({ customHyperparameters: { x: text } }));
      const json = JSON.stringify(parse(at(workload, 'spec.runtimeEnvYAML') as string));
      const quoted = `"${json.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
      const seen = execFileSync('bash', ['-c', `printf %s ${quoted}`], { encoding: 'utf8' });
      expect(seen).toBe(json);
      expect(arriving(workload).X).toBe(text);
    },
  );
});

describe('by the schemas of real API servers', () => {
  it('every object of every valid request is valid', () => {
    fc.assert(
      fc.property(validBody, (body) => {
        for (const manifest of all(body)) expect(schemaProblems(manifest)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('an unknown field would be found', () => {
    const { workload } = made(minimal());
    const misspelled = { ...workload, spec: { ...(workload.spec as object), entryPoint: 'x' } };
    expect(schemaProblems(misspelled).join()).toContain('entryPoint');
  });
});
