import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { definedKind } from '../../../service/local/kube/custom-definition.ts';
import { NAMESPACE } from '../../../service/local/kube/kinds.ts';
import { pick, type StoredObject } from '../../../service/local/kube/objects.ts';
import { createRegistry, type Registry } from '../../../service/local/kube/registry.ts';
import { resourceTable } from '../../../service/local/kube/resources.ts';
import { createStore } from '../../../service/local/kube/store.ts';
import { customResourceDefinition, readTrainingJob } from '../../../service/trainingjob/index.ts';
import { DISTRIBUTED, SIMPLE } from './some-jobs.ts';

// The CustomResourceDefinition as an API server reads it: what it fills in, drops and refuses.

const TRAINING_JOB = definedKind(customResourceDefinition);
let registry: Registry;

beforeEach(() => {
  registry = createRegistry(createStore(), resourceTable([NAMESPACE, TRAINING_JOB]));
  registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ml' } }, { manager: 'test' });
});

const draft = (spec: unknown, name = 'bert') => ({
  apiVersion: 'ml.example.com/v1',
  kind: 'TrainingJob',
  metadata: { name, namespace: 'ml' },
  spec: spec as object,
});
const create = (spec: unknown, name?: string): StoredObject =>
  registry.create(TRAINING_JOB, draft(spec, name), { manager: 'kubectl' });
const change = (spec: object): StoredObject => {
  const before = registry.read(TRAINING_JOB, 'ml', 'bert');
  return registry.update(
    TRAINING_JOB,
    { ...before, spec: { ...(before.spec as object), ...spec } },
    { manager: 'kubectl' },
  );
};

describe('objects as teams write them', () => {
  it.each([
    ['the simplest', { model: 'm', dataset: 'd' }],
    ['resnet-simple', SIMPLE],
    ['bert-distributed', DISTRIBUTED],
    [
      'one with everything',
      {
        ...DISTRIBUTED,
        command: ['python'],
        args: ['train.py'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        ],
        resources: { requests: { cpu: 2, memory: '8Gi' }, limits: { cpu: '4', memory: '8Gi', 'nvidia.com/gpu': 2 } },
        hyperparameters: {
          optimizer: 'adam',
          mixedPrecision: 'bf16',
          mine: [1, { a: 2 }],
          additionalParams: { x: '1' },
        },
        scheduling: {
          priority: 'high',
          nodeSelector: { a: 'b' },
          affinity: { nodeAffinity: {} },
          tolerations: [{ key: 'a' }],
        },
        monitoring: {
          enabled: true,
          metricsPort: 9090,
          tensorboardEnabled: true,
          mlflowTrackingUri: 'http://mlflow',
          wandbProject: 'p',
        },
        failurePolicy: { restartPolicy: 'OnFailure', backoffLimit: 0, activeDeadlineSeconds: 60, stall: {} },
        successPolicy: { targetAccuracy: 0.9, earlyStoppingPatience: 3 },
      },
    ],
  ])('%s is taken, and read back as it was written', (_title, spec) => {
    const { status: _, ...stored } = create(spec);
    const reading = readTrainingJob(stored);
    expect(reading).toHaveProperty('job');
    expect(stored.spec).toMatchObject(spec);
  });

  const EXAMPLES = new URL('../../../examples/', import.meta.url);
  it.each(readdirSync(EXAMPLES).filter((file) => file.endsWith('.yaml')))(
    'examples/%s is taken, and nothing of it is dropped',
    (file) => {
      const documents = parseAllDocuments(readFileSync(new URL(file, EXAMPLES), 'utf8'));
      const jobs = documents.map((document) => document.toJS()).filter(({ kind }) => kind === 'TrainingJob');
      expect(jobs).not.toEqual([]);
      for (const { metadata, spec } of jobs) {
        expect(metadata.namespace).toBe('ml-training');
        expect(create(spec, metadata.name).spec).toMatchObject(spec);
      }
    },
  );

  it('have the defaults of the contract', () => {
    expect(create({ model: 'm', dataset: 'd' }).spec).toMatchObject({
      numWorkers: 1,
      gpusPerWorker: 1,
      framework: 'pytorch',
      image: expect.stringContaining('pytorch'),
      resources: { requests: { cpu: '4', memory: '16Gi' }, limits: { cpu: '8', memory: '32Gi' } },
      suspend: false,
    });
    const spec = create(
      { model: 'm', dataset: 'd', networking: {}, checkpoint: { storage: {} }, failurePolicy: {} },
      'b',
    ).spec;
    expect(spec).toMatchObject({
      networking: { masterPort: 29500, backend: 'nccl' },
      checkpoint: { frequency: 1, storage: { type: 'pvc' } },
      failurePolicy: { restartPolicy: 'OnFailure' },
    });
  });

  it('are filled in by us exactly as by the API server', () => {
    const specs = [
      SIMPLE,
      DISTRIBUTED,
      { ...SIMPLE, checkpoint: { storage: { size: '1Gi' } }, failurePolicy: { stall: {} } },
    ];
    for (const [index, spec] of specs.entries()) {
      const stored = create(spec, `job-${index}`);
      const ours = readTrainingJob({ metadata: stored.metadata, spec });
      expect('job' in ours && JSON.parse(JSON.stringify(ours.job.spec))).toEqual(stored.spec);
    }
  });

  it('lose fields that nobody knows, and keep those of hyperparameters and affinity', () => {
    const { spec } = create({
      ...SIMPLE,
      numWorker: 3,
      hyperparameters: { myOwn: { a: 1 } },
      scheduling: { affinity: { podAffinity: {} }, colour: 'red' },
    });
    expect(spec).not.toHaveProperty('numWorker');
    expect(pick(spec, 'hyperparameters')).toEqual({ myOwn: { a: 1 } });
    expect(pick(spec, 'scheduling')).toEqual({ affinity: { podAffinity: {} } });
  });
});

describe('the API server refuses', () => {
  const cases: [string, object, string][] = [
    ['no model', { model: undefined }, 'spec.model: Required value'],
    ['no dataset', { dataset: undefined }, 'spec.dataset: Required value'],
    ['no worker', { numWorkers: 0 }, 'spec.numWorkers'],
    ['101 workers', { numWorkers: 101 }, 'spec.numWorkers'],
    ['half a worker', { numWorkers: 1.5 }, 'spec.numWorkers'],
    ['9 GPUs', { gpusPerWorker: 9 }, 'spec.gpusPerWorker'],
    ['a framework that is none', { framework: 'caffe' }, 'spec.framework: Unsupported value'],
    ['a backoffLimit of 11', { failurePolicy: { backoffLimit: 11 } }, 'spec.failurePolicy.backoffLimit'],
    [
      'two limits that differ',
      { backoffLimit: 2, failurePolicy: { backoffLimit: 3 } },
      'backoffLimit and failurePolicy.backoffLimit differ',
    ],
    ['restarts that never come', { failurePolicy: { restartPolicy: 'Never', backoffLimit: 2 } }, 'restartPolicy Never'],
    ['nfs without its server', { checkpoint: { storage: { type: 'nfs', path: '/a' } } }, 'needs server and path'],
    ['s3 without a bucket', { checkpoint: { storage: { type: 's3' } } }, 'needs s3Bucket'],
    ['gcs without a bucket', { checkpoint: { storage: { type: 'gcs' } } }, 'needs s3Bucket'],
    ['a goal that is none', { successPolicy: {} }, 'needs targetAccuracy or earlyStoppingPatience'],
    ['GPUs said twice and differently', { resources: { limits: { 'nvidia.com/gpu': 4 } } }, 'must equal gpusPerWorker'],
    ['a variable with two values', { env: [{ name: 'A', value: '1', valueFrom: {} }] }, 'either value or valueFrom'],
    ['a port below 1024', { networking: { masterPort: 80 } }, 'spec.networking.masterPort'],
    ['a text where a number belongs', { hyperparameters: { epochs: 'five' } }, 'spec.hyperparameters.epochs'],
  ];
  it.each(cases)('%s', (_title, spec, message) => {
    expect(() => create({ ...SIMPLE, ...spec })).toThrow(message);
  });

  it.each(['9-lives', 'a.b', 'x'.repeat(52)])('the name %s', (name) => {
    expect(() => create(SIMPLE, name)).toThrow('metadata.name must begin with a letter');
  });

  it('a name of 51 characters does not', () => {
    expect(create(SIMPLE, 'x'.repeat(51)).metadata.name).toHaveLength(51);
  });
});

describe('while it may run', () => {
  const changes: [string, object][] = [
    ['numWorkers', { numWorkers: 2 }],
    ['image', { image: 'other' }],
    ['resources', { resources: { limits: { cpu: '1' } } }],
    ['gpusPerWorker', { gpusPerWorker: 2 }],
    ['model', { model: 'other' }],
    ['command', { command: ['x'] }],
  ];
  it.each(changes)('%s cannot change, and can with suspend or in it', (field, spec) => {
    create(SIMPLE);
    expect(() => change(spec)).toThrow(`${field} cannot change while the job may run`);
    expect(change({ ...spec, suspend: true }).metadata.generation).toBe(2);
    expect(change({ numWorkers: 7 }).spec).toMatchObject({ numWorkers: 7 });
    expect(change({ suspend: false, image: 'third' }).spec).toMatchObject({ image: 'third' });
    expect(() => change({ image: 'fourth' })).toThrow('image cannot change');
  });

  it('limits and labels can change', () => {
    create(SIMPLE);
    expect(change({ failurePolicy: { backoffLimit: 5 } }).spec).toMatchObject({ failurePolicy: { backoffLimit: 5 } });
  });
});

describe('the status', () => {
  const write = (status: object) =>
    registry.update(TRAINING_JOB, { ...draft(SIMPLE), status }, { manager: 'x', subresource: 'status' });

  it('is a subresource: a write of the object leaves it alone, and the other way round', () => {
    create(SIMPLE);
    write({ state: 'Running', attempt: 1 });
    const stored = change({ failurePolicy: {} });
    expect(stored.status).toEqual({ state: 'Running', attempt: 1 });
    expect(write({ state: 'Completed' }).metadata.generation).toBe(2);
  });

  it('is checked and pruned, too', () => {
    create(SIMPLE);
    expect(() => write({ state: 'Nowhere' })).toThrow('status.state: Unsupported value');
    expect(() => write({ metrics: { loss: 'NaN' } })).toThrow('status.metrics.loss');
    expect(write({ state: 'Running', colour: 'red' }).status).toEqual({ state: 'Running' });
  });
});

/** As a real member showed them through Karmada's proxy. */
const RECORDED = new URL('./recorded/columns.json', import.meta.url);

describe('columns', () => {
  it('are those of the contract, then wide ones', () => {
    const columns = TRAINING_JOB.columns.map(({ name, priority }) => `${name}${priority ? ' (wide)' : ''}`);
    expect(columns.slice(0, 4)).toEqual(['State', 'Progress', 'Epoch', 'Age']);
    expect(columns.slice(4).every((name) => name.endsWith('(wide)'))).toBe(true);
  });

  it('stand as a real API server shows them', () => {
    const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as {
      name: string;
      type: string;
      description: string;
    }[];
    const ours = new Map(TRAINING_JOB.columns.map(({ name, type, description }) => [name, { type, description }]));
    for (const { name, type, description } of recorded) {
      expect(ours.get(name)).toEqual({ type, description });
    }
  });
});
