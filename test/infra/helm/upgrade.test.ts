import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLAIM_ANNOTATION } from '../../../infra/charts/program.ts';
import { RUN_ANNOTATION } from '../../../infra/constructs/runs.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { typeOfKind } from '../../../service/local/kube/resources.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../simulation/cluster/simulated-cluster.ts';
import { charts, given } from './charts.ts';
import { fieldsOf, ofRelease, touched } from './fixed.ts';
import { helms, objectsIn, renderAll, titleOf, valuesFor, write } from './render.ts';

/** Claims and Jobs that run once look at what the cluster has: below, with a cluster. */
const looksAtCluster = ({ kind, metadata: { annotations = {} } }: KubeObject): boolean =>
  kind === 'PersistentVolumeClaim' || RUN_ANNOTATION in annotations;

describe.skipIf(helms.length === 0).each(charts)('an upgrade of $name', (chart) => {
  const { helm } = helms[charts.indexOf(chart) % helms.length] ?? { helm: '' };
  const cases = given(chart);
  const rendered = renderAll(
    helm,
    chart,
    cases.map(([, settings]) => valuesFor(chart, settings)),
  );

  test.each(cases.map(([name], index) => ({ name, index })))(
    'from the defaults to $name touches no immutable field',
    ({ index }) => {
      const [before, after] = [0, index].map((at) => rendered[at]?.filter((object) => !looksAtCluster(object)) ?? []);
      expect(touched(before ?? [], after ?? [])).toEqual([]);
    },
  );
});

describe.skipIf(helms.length === 0).each(helms)('where claims and Jobs exist, helm $version', ({ helm }) => {
  let cluster: SimulatedCluster;
  const folder = mkdtempSync(join(tmpdir(), 'upgrade-'));
  beforeAll(async () => {
    cluster = await startSimulatedCluster();
    writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig);
  });
  afterAll(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true });
  });

  const [chart] = charts.filter(({ name }) => name === 'preempt');
  /** As an upgrade renders: with a cluster to look into. The cluster is in this process, so it must not be blocked. */
  async function rendered(values: string, ...options: string[]): Promise<KubeObject[]> {
    if (!chart) throw new Error('no chart of preempt');
    const own = join(folder, `chart-${values}`);
    write(own, chart.files);
    const { stdout } = await promisify(execFile)(
      helm,
      [
        ...['template', chart.name, own, '--namespace', 'default', '--dry-run=server', '--disable-openapi-validation'],
        ...['--kubeconfig', join(folder, 'kubeconfig'), '--values', join(own, `ci/${values}-values.yaml`)],
        ...options,
      ],
      { maxBuffer: 2 ** 26 },
    );
    return objectsIn(stdout);
  }

  test('upgrades and rollbacks ask for the class and mode that were asked for at first', async () => {
    const first = await rendered('dev');
    const claims = first.filter(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claims.length).toBeGreaterThan(2);
    for (const claim of claims) create(bound(claim));
    const others = first.filter((object) => !claims.includes(object));

    const after = await rendered('prod', '--set', 'storage.className=fast');
    // Neither with what the cluster has filled in, nor without: a rollback would remove it.
    expect(touched(claims, after)).toEqual([]);
    expect(
      touched(
        others,
        after.filter((object) => !looksAtCluster(object)),
      ),
    ).toEqual([]);
    expect(after.filter(isOneOf(claims)).map(claimedOf)).toEqual(first.filter(isOneOf(claims)).map(claimedOf));
    // One that was not there before is what the values say.
    const added = after.find(isOneOf([claimNamed('mysql-backup')]));
    expect(fieldsOf(added?.spec).storageClassName).toBe('fast');
  });

  test('a claim that the chart did not make keeps all that it has', async () => {
    const spec = { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } };
    const foreign = bound({ ...claimNamed('mysql-backup'), spec });
    create(foreign);
    const after = await rendered('prod', '--set', 'storage.className=fast');
    expect(touched([foreign], after)).toEqual([]);
  });

  test('a Job that has run is left as it is by another image, and runs again by another number', async () => {
    const seed = (objects: readonly KubeObject[], run: number) =>
      objects.find(({ kind, metadata }) => kind === 'Job' && metadata.name === `seed-${run}`);
    const image = (job: KubeObject | undefined) => JSON.stringify(job?.spec).match(/preempt-backend:[^"]*/)?.[0];
    const first = seed(await rendered('dev', '--set', 'images.tag=v1'), 1);
    if (!first) throw new Error('no Job that seeds');
    create({ ...first, metadata: ofRelease('preempt', first.metadata) });
    const after = await rendered('dev', '--set', 'images.tag=v2');
    expect(image(seed(after, 1))).toBe('preempt-backend:v1');
    const type = typeOfKind(cluster.registry.table, 'batch/v1', 'Job') ?? expect.fail('Jobs are not simulated');
    // With all that the cluster has filled in: nothing is sent that differs.
    expect(seed(after, 1)?.spec).toEqual(cluster.registry.store.get(type, 'default', 'seed-1')?.spec);
    const again = await rendered('dev', '--set', 'images.tag=v2', '--set', 'seed.run=2');
    expect(seed(again, 1)).toBeUndefined();
    expect(image(seed(again, 2))).toBe('preempt-backend:v2');
  });

  function create(object: KubeObject): void {
    const type = typeOfKind(cluster.registry.table, object.apiVersion, object.kind);
    if (!type) throw new Error(`${object.kind} is not simulated`);
    cluster.registry.create(type, object, { manager: 'helm' });
  }
});

const claimNamed = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default' },
});

const isOneOf = (objects: readonly KubeObject[]) => {
  const titles = objects.map(titleOf);
  return (object: KubeObject): boolean => titles.includes(titleOf(object));
};

const claimedOf = ({ metadata }: KubeObject): unknown => metadata.annotations?.[CLAIM_ANNOTATION];

/** As a cluster has it: with what it fills in, which is fixed from then on, too. */
const bound = ({ metadata, spec, ...claim }: KubeObject): KubeObject => ({
  ...claim,
  metadata: ofRelease('preempt', metadata),
  spec: { ...fieldsOf(spec), storageClassName: 'standard', volumeMode: 'Filesystem', volumeName: 'pv-1' },
});

test('what may not change is seen when it does', () => {
  const claim = (storageClassName: string, storage: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { storageClassName, resources: { requests: { storage } } },
  });
  expect(touched([claim('a', '1Gi')], [claim('a', '2Gi')])).toEqual([]);
  expect(touched([claim('a', '1Gi')], [claim('b', '1Gi')])).toEqual(['PersistentVolumeClaim/data']);
});
