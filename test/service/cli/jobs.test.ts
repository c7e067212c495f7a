import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../../service/cli/exit-codes.ts';
import { startWorld, until, type World } from '../api/world.ts';
import { noUseTold, useTold } from '../utilisation/told.ts';
import { mlp, type Options, scratch } from './mlp.ts';

// What people do with jobs, against the real service and simulated clusters.

let world: World;
beforeAll(async () => {
  world = await startWorld({ speed: 20 });
});
afterAll(() => world.close());

const run = (args: string, options: Options = {}) => mlp(args.split(' '), { url: world.url, ...options });

/** The id of a new job that runs for ever. */
const forever = async (name: string): Promise<string> => {
  const { out } = await run(`submit --algorithm xgboost --name ${name}-forever`);
  return out.trim();
};

test('a job is submitted by options, and its id is all the data that there is', async () => {
  const { code, out, err } = await run(
    'submit --algorithm xgboost --name options -n team-a --param eta=0.1 --param objective=binary:logistic --cpus 2 ' +
      '--memory 8 --workers 3 --cluster member2 --priority 7 --max-runtime 1h30m --set pvcName=mine',
  );
  expect([code, out]).toEqual([EXIT.ok, expect.stringMatching(/^options-[0-9a-f]{8}\n$/)]);
  expect(err).toContain(`submitted to ${world.url}`);
  const { out: whole } = await run(`get ${out.trim()} -o json`);
  expect(JSON.parse(whole)).toMatchObject({
    namespace: 'team-a',
    priority: 7,
    request: {
      hyperparameters: { xgboost: { eta: 0.1, objective: 'binary:logistic' } },
      resources: { instanceResources: { cpuCores: 2, memoryGiB: 8 }, instanceCount: 3 },
      targetClusters: ['member2'],
      stoppingCondition: { maxRuntimeSeconds: 5400 },
      pvcName: 'mine',
    },
  });
});

test('a file describes a job, options hold over it, and warnings come before the job', async () => {
  const file = join(scratch(), 'job.yaml');
  // As an editor on Windows writes it.
  writeFileSync(
    file,
    '\uFEFFjobName: filed\r\nalgorithm:\r\n  algorithmName: xgboost\r\npriority: 3\r\noutputDataConfig:\r\n  artifactUri: models\r\n',
  );
  const dry = await run(`submit -f ${file} --set priority=4 --dry-run`);
  expect(dry.code).toBe(EXIT.ok);
  expect(parse(dry.out)).toMatchObject({ dryRun: true, request: { jobName: 'filed', priority: 4 } });
  const { err, out } = await run(`submit -f ${file} --set priority=4`);
  expect(err).toMatch(/^Warning: outputDataConfig\.artifactUri .*\nJob filed-[0-9a-f]{8} submitted/);
  expect((await run(`get ${out.trim()} -o jsonpath={.priority}`)).out).toBe('4');
  const piped = await mlp(['submit', '-f', '-'], {
    url: world.url,
    input: '{"jobName": "piped", "algorithm": {"algorithmName": "jax-pjit"}}',
  });
  expect(piped.out).toMatch(/^piped-/);
});

test('an image of one’s own runs what stands behind --', async () => {
  const { out } = await mlp(
    [
      'submit',
      '--name',
      'own',
      '--image',
      'registry.example.com/own:1',
      '--param',
      'folds=5',
      '--',
      'python',
      'train.py',
      '--name=a b',
    ],
    { url: world.url },
  );
  const { request } = JSON.parse((await run(`get ${out.trim()} -o json`)).out);
  expect(request).toMatchObject({
    algorithm: { source: 'container', imageUri: 'registry.example.com/own:1' },
    runtime: 'job',
    command: ['python', 'train.py', '--name=a b'],
    customHyperparameters: { folds: 5 },
  });
  const onRay = await mlp(
    ['clone', out.trim(), '--set', 'runtime=ray', '--set', 'command=', '--dry-run', '-o', 'json'],
    {
      url: world.url,
    },
  );
  expect(onRay.code, onRay.err).toBe(EXIT.ok);
});

test.each([
  ['good', EXIT.ok, 'Succeeded'],
  ['fail', EXIT.jobFailed, 'Failed (AppFailed)'],
])(
  'submit --watch of a job that does %s shows its output, and ends with %i',
  { timeout: 60_000 },
  async (name, code, state) => {
    const outcome = await run(`submit --algorithm xgboost --name ${name}-job --watch`);
    expect(outcome.code, outcome.err).toBe(code);
    expect(outcome.out).toContain('epoch 3/60');
    expect(outcome.err).toContain('Running');
    expect(outcome.err.trimEnd().split('\n').at(-1)).toContain(state);
  },
);

test('a job that is cancelled, or runs out of its time, ends a wait with a code of its own', async () => {
  const cancelled = await forever('cancelled');
  const late = (await run('submit --algorithm xgboost --name late-forever --max-runtime 60s')).out.trim();
  expect((await run(`wait ${cancelled} --for=running`)).code).toBe(EXIT.ok);
  const waiting = run(`wait ${cancelled}`);
  const { code, out, err } = await run(`cancel ${cancelled}`);
  expect([code, out, err]).toEqual([EXIT.ok, `${cancelled}\n`, 'Asked to cancel: 1 job.\n']);
  expect((await waiting).code).toBe(EXIT.jobCancelled);
  expect((await run(`wait ${late}`)).code).toBe(EXIT.jobDeadline);
  expect((await run(`cancel ${late}`)).code).toBe(EXIT.refused);
});

test('a wait ends in vain after --timeout, and is detached by Ctrl-C; the job goes on', async () => {
  const id = await forever('patience');
  const inVain = await run(`wait ${id} --timeout 1s`);
  expect([inVain.code, inVain.out]).toEqual([EXIT.waitedInVain, '']);
  expect(inVain.err).toContain(`Not finished within 1s: ${id}.`);

  const leaving = new AbortController();
  const watched = await run(`submit --algorithm xgboost --name left-forever --watch`, {
    signal: leaving.signal,
    onWords: (words) => words.includes('Running') && leaving.abort(),
  });
  const left = /Job (left-forever-[0-9a-f]{8}) submitted/.exec(watched.err)?.[1];
  expect(watched.code).toBe(EXIT.detached);
  expect(watched.err).toContain(`Detached: job ${left} goes on.\n  mlp logs -f ${left}`);
  expect((await run(`get ${left} -o jsonpath={.wanted}`)).out).toBe('run');
});

test('suspend, resume, delete and priority do what they say; several at once, each with its outcome', async () => {
  const [one, other] = [await forever('one'), await forever('other')];
  await run(`wait ${one} ${other} --for=running -q`);
  const suspended = await run(`suspend ${one} ${other}`);
  expect(suspended.out).toBe(`${one}\n${other}\n`);
  expect((await run(`wait ${one} --for=suspended`)).code).toBe(EXIT.ok);
  expect((await run('list --state Suspended -o name')).out).toContain(one);
  expect((await run(`resume ${one}`)).code).toBe(EXIT.ok);
  expect((await run(`wait ${one} --for=running`)).code).toBe(EXIT.ok);
  const late = await run(`priority ${one} 9`);
  expect([late.code, late.err]).toEqual([EXIT.refused, expect.stringContaining('it has been dispatched already')]);
  expect((await run(`delete ${one} ${other}`)).code).toBe(EXIT.ok);
  expect((await run(`wait ${one} --for=deleted`)).code).toBeOneOf([EXIT.ok, EXIT.notFound]);
  const gone = await run(`cancel ${one}`);
  expect([gone.code, gone.err]).toEqual([EXIT.notFound, expect.stringContaining(`There is no job ${one} in`)]);
});

test('a name stands for the newest job of that name, and no part of a name for any', async () => {
  await run('submit --algorithm xgboost --name twice');
  const newest = (await run('submit --algorithm xgboost --name twice')).out.trim();
  expect((await run('get twice -o name')).out.trim()).toBe(newest);
  expect((await run('get twic')).code).toBe(EXIT.notFound);
});

test('retry and clone make new jobs', async () => {
  await run('submit --algorithm xgboost --name again-fail --param eta=0.2 --watch');
  const retried = await run('retry again-fail');
  expect(retried.code, retried.err).toBe(EXIT.ok);
  expect((await run(`get ${retried.out.trim()} -o jsonpath={.attempt}`)).out).toBe('2');
  const first = JSON.parse((await run('list -q again-fail --sort createdAt -o json')).out)[0].id;
  expect((await run(`logs ${retried.out.trim()} --attempt 1`)).out).toBe((await run(`logs ${first}`)).out);
  const cloned = await run(`clone ${first} --name better --param eta=0.3`);
  const { request } = JSON.parse((await run(`get ${cloned.out.trim()} -o json`)).out);
  expect(request).toMatchObject({ jobName: 'better', hyperparameters: { xgboost: { eta: 0.3 } } });
});

test('logs are followed, searched, and told with their times', async () => {
  await run('submit --algorithm xgboost --name logged');
  const followed = await run('logs -f logged');
  expect(followed.out).toContain('epoch 60/60');
  const found = await run('logs logged --grep epoch\\s[45]/ --timestamps');
  expect(found.out.match(/^\d{4}-\S+Z .*epoch [45]\/60/gm)).toHaveLength(2);
  expect(found.out.trimEnd().split('\n')).toHaveLength(2);
  expect((await run('logs logged --previous')).code).toBe(EXIT.notFound);
});

test('describe says why a job waits, and what to do', async () => {
  const id = (
    await run('submit --algorithm xgboost --name stuck --set headImage=registry.example.com/missing:1')
  ).out.trim();
  const told = await until(async () => {
    const { out } = await run(`describe ${id}`);
    return out.includes('ImagePullBackOff') && out.includes('What to do:') && out;
  }, 'the reason');
  expect(told).toMatch(/check the name of the image/);
  expect(told).toMatch(/POD +ROLE +CLUSTER/);
  expect(told).toMatch(/AGE +STATE +REASON/);
});

test('a list has what the filters take, as table, names or whole', async () => {
  const id = (await run('submit --algorithm lightgbm --name listed -n listing')).out.trim();
  const table = await run('list -n listing');
  expect(table.out).toMatch(
    /^JOB +NAMESPACE +STATE +ALGORITHM +CLUSTER +PROGRESS +TIME +AGE\nlisted-\S+ +listing +\S+/,
  );
  expect((await run('list --algorithm lightgbm -n listing -o name')).out).toBe(`${id}\n`);
  expect((await run('list --mine -n listing -o jsonpath={[*].id}')).out).toBe(id);
  const none = await run('list -n nothing-here');
  expect([none.code, none.out, none.err]).toEqual([
    EXIT.ok,
    '',
    `No jobs in namespace nothing-here at ${world.url}.\n`,
  ]);
  expect(JSON.parse((await run('list -n nothing-here -o json')).out)).toEqual([]);
});

test('changes are watched as rows, until one has seen enough', async () => {
  const leaving = new AbortController();
  let seen = '';
  const watching = run('events -n watched', { signal: leaving.signal, onData: (text) => (seen += text) });
  // What is submitted before the stream stands is not told.
  await until(async () => {
    await run('submit --algorithm xgboost --name seen -n watched');
    return seen.includes('seen-');
  }, 'the events of a job');
  leaving.abort();
  expect((await watching).code).toBe(EXIT.detached);
  expect(seen).toMatch(/^AGE +JOB +STATE +REASON +CLUSTER +MESSAGE\n\S+ +seen-[0-9a-f]{8} +Pending/);
});

test('the history of a job is told from its beginning to its end', async () => {
  const id = (await run('submit --algorithm xgboost --name history')).out.trim();
  await run(`wait ${id} -q`);
  expect((await run(`events ${id} -o jsonpath={[*].reason}`)).out).toMatch(/^Queued .*Succeeded$/);
});

test('apply submits every document once, however often it is applied', async () => {
  const file = join(scratch(), 'jobs.yaml');
  writeFileSync(
    file,
    'jobName: a\nalgorithm: {algorithmName: xgboost}\n---\njobName: b\nalgorithm: {algorithmName: xgboost}\n',
  );
  const first = await run(`apply -f ${file}`);
  expect(first.out).toMatch(/^a-[0-9a-f]{8}\nb-[0-9a-f]{8}\n$/);
  expect((await run(`apply -f ${file}`)).out).toBe(first.out);
  expect((await run(`submit -f ${file}`)).err).toContain('has 2 documents');
  writeFileSync(file, 'jobName: c\nalgorithm: {algorithmName: xgboost}\n---\napiVersion: apps/v1\nkind: Deployment\n');
  expect(await run(`apply -f ${file}`)).toMatchObject({
    code: EXIT.usage,
    out: '',
    err: expect.stringContaining('document 2 is a Deployment'),
  });
});

test('a TrainingJob is applied as a job, and every field that a job does not have is told', async () => {
  const examples = resolve(import.meta.dirname, '../../../examples');
  const bert = await run(`apply -f ${join(examples, 'trainingjob-distributed.yaml')}`);
  expect(bert.code, bert.err).toBe(EXIT.ok);
  expect(bert.err).toMatch(/^Warning: .* a job does not have spec\.checkpoint\.storage\.pvcName: it is left out\n$/);
  const { namespace, kind, request } = JSON.parse((await run(`get ${bert.out.trim()} -o json`)).out);
  expect([namespace, kind]).toEqual(['ml-training', 'TrainingJob']);
  expect(request).toMatchObject({
    jobName: 'bert-distributed',
    runtime: 'trainingjob',
    resources: { instanceCount: 4, instanceResources: { gpuCount: 2, cpuCores: 4, memoryGiB: 16 }, volumeSizeGB: 50 },
    hyperparameters: { container: { learningRate: 0.00005, batchSize: 16, epochs: 3 } },
    training: { model: 'bert-base-uncased', dataset: 'squad', framework: 'pytorch', backend: 'nccl', backoffLimit: 3 },
    keepVolume: true,
  });
  const file = join(scratch(), 'training.yaml');
  writeFileSync(
    file,
    `apiVersion: ml.example.com/v1
kind: TrainingJob
metadata: {name: all, namespace: team-a, labels: {a: b}}
spec:
  model: m
  dataset: d
  gpusPerWorker: 0
  image: registry.example.com/train:1
  command: [python, train.py]
  resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: 1500m, memory: 1536Mi}}
  env: [{name: A, value: '1'}, {name: lower, value: x}, {name: S, valueFrom: {secretKeyRef: {name: s, key: k}}}]
  hyperparameters: {learningRate: 0.1, additionalParams: {depth: 3, nested: {x: 1}}}
  checkpoint: {enabled: true, storage: {type: pvc, create: false, pvcName: mine}}
  scheduling: {nodeSelector: {gpu: a100}}
  monitoring: {mlflowTrackingUri: 'http://mlflow', tensorboardEnabled: true}
  failurePolicy: {restartPolicy: Never, activeDeadlineSeconds: 600, stall: {factor: 50}}
  successPolicy: {targetAccuracy: 0.9}
`,
  );
  const all = await mlp(['submit', '-f', file, '--dry-run', '-o', 'json'], { url: world.url });
  expect(all.code, all.err).toBe(EXIT.ok);
  expect(JSON.parse(all.out).request).toMatchObject({
    jobName: 'all',
    namespace: 'team-a',
    algorithm: { source: 'container', imageUri: 'registry.example.com/train:1' },
    command: ['python', 'train.py'],
    resources: { instanceCount: 1, instanceResources: { gpuCount: 0, cpuCores: 1.5, memoryGiB: 2 } },
    customHyperparameters: { A: '1', MLFLOW_TRACKING_URI: 'http://mlflow' },
    hyperparameters: { container: { learningRate: 0.1, depth: 3 } },
    stoppingCondition: { maxRuntimeSeconds: 600 },
    training: { backoffLimit: 0 },
    pvcName: 'mine',
  });
  const told = [...all.err.matchAll(/does not have (.*): it is left out/g)].map(([, field]) => field);
  expect(told.sort()).toEqual([
    'metadata.labels.a',
    'spec.env',
    'spec.failurePolicy.stall.factor',
    'spec.hyperparameters.additionalParams.nested',
    'spec.monitoring.tensorboardEnabled',
    'spec.resources.requests (a job gets all of its limits)',
    'spec.scheduling.nodeSelector.gpu',
    'spec.successPolicy.targetAccuracy',
  ]);
});

test('what a job uses is told by describe, list, top and clusters; else why it is not known', async () => {
  const id = (
    await run('submit --algorithm deepspeed-zero3 --name used-forever -n used --gpus 2 --cluster member2')
  ).out.trim();
  await run(`wait ${id} --for=running -q`);
  expect((await run(`describe ${id}`)).out).toMatch(
    /Uses: +not known\. The platform has asked no Prometheus .*UTILISATION_SERVICE/,
  );
  await noUseTold(world.database, 'member2', 'It has no Service a/b:9090');
  expect((await run(`describe ${id}`)).out).toMatch(/Uses: +not known\. member2: It has no Service a\/b:9090\.\n/);
  expect((await run('clusters -o wide')).out).toMatch(/member2 .*It has no Service a\/b:9090/);
  await useTold(world.database, id, 'member2', { gpuPercent: 47, gpus: 2, idleGpus: 1, cpuPercent: 81 });
  await world.database.query('update job set attention = $2 where id = $1', [
    id,
    JSON.stringify({ reason: 'IdleGpus', since: new Date().toISOString(), message: 'idle' }),
  ]);
  expect((await run(`describe ${id}`)).out).toMatch(
    /Uses: +2 GPUs 47%, 1 of them idle; CPU 81% of what it asked for\n/,
  );
  expect((await run('list --attention -n used -o wide')).out).toMatch(new RegExp(`${id} .*GPU 47%`));
  expect((await run('list --reason IdleGpus -o name')).out).toBe(`${id}\n`);
  expect((await run('top jobs -n used')).out).toMatch(new RegExp(`\n${id} +used +member2 +2 +1 +47% +81% `));
  expect((await run('top teams')).out).toMatch(/used +1 +2 +1 +47% /);
});

test('clusters, algorithms, top and version tell of the platform', async () => {
  expect((await run('clusters')).out).toMatch(/member1 +yes +eu-west/);
  expect((await run('clusters -o name')).out).toBe('member1\nmember2\nmember3\n');
  expect((await run('top')).out).toMatch(/member2 .*\/12 \(\d+%\)/);
  const id = (
    await run('submit --algorithm deepspeed-zero3 --name gpus-forever -n gpus --gpus 2 --workers 2')
  ).out.trim();
  await run(`wait ${id} --for=running -q`);
  const team = await until(async () => {
    const { out } = await run('top teams -o json');
    return JSON.parse(out).find(
      (each: { namespace: string; running: number }) => each.namespace === 'gpus' && each.running,
    );
  }, 'the team');
  expect(team).toMatchObject({ running: 1, gpus: 4, waiting: 0, gpusWaitedFor: 0 });
  expect((await run('top teams')).out).toMatch(
    /^NAMESPACE +RUNNING +GPUS +IDLE +BUSY +CPUS +WAITING +FOR GPUS +SUSPENDED\n/,
  );
  expect((await run('goodput --since 1h -n gpus -o json')).out).toContain('"gpuHours"');
  expect((await run('goodput')).out).toMatch(/^NAMESPACE +JOBS +ATTEMPTS +GPU HOURS/);
  expect((await run('algorithms xgboost')).out).toMatch(/eta +number +0\.3 .*>= 0, <= 1/);
  expect((await run('algorithms xgbost')).code).toBe(EXIT.notFound);
  expect((await run('version')).out).toMatch(/^command unbuilt\nservice \d+\.\d+\.\d+ \(http/);
  expect((await run('whoami')).out).toContain('you may do all');
});
