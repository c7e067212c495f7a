import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { typeOfKind } from '../../../service/local/kube/resources.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../simulation/cluster/simulated-cluster.ts';
import { charts } from './charts.ts';
import { type Fields, fieldsOf, ofRelease, touched } from './fixed.ts';
import released from './released.json' with { type: 'json' };
import { byTitle, helms, objectsIn, titleOf, write } from './render.ts';

// What stands in a cluster that was installed with the charts of an earlier release (record-release.ts), and what the
// charts of now make of it.

const NUMBERED = ['preprocess', 'nonml', 'seed'];

describe
  .skipIf(helms.length === 0)
  .each(
    Object.entries(released).map(([name, { objects, values }]) => ({ name, objects: objects as KubeObject[], values })),
  )('an upgrade of $name from the release before', ({ name, objects, values }) => {
  const chart = charts.find((each) => each.name === name) ?? expect.fail(`no chart ${name}`);
  const { helm } = helms[Object.keys(released).indexOf(name) % helms.length] ?? { helm: '' };
  const folder = mkdtempSync(join(tmpdir(), 'from-release-'));
  let cluster: SimulatedCluster;
  const before = objects.map((object) => ({ ...object, metadata: ofRelease(name, object.metadata) }));
  let after: KubeObject[] = [];

  beforeAll(async () => {
    cluster = await startSimulatedCluster();
    writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig);
    write(join(folder, name), chart.files);
    for (const object of before.map(asInCluster)) {
      const type = typeOfKind(cluster.registry.table, object.apiVersion, object.kind);
      if (type) cluster.registry.create(type, object, { manager: 'helm' });
    }
    after = await rendered();
  });
  afterAll(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true });
  });

  /** As an upgrade renders: with a cluster to look into. The cluster is in this process, so it must not be blocked. */
  async function rendered(...options: string[]): Promise<KubeObject[]> {
    const own = join(folder, name);
    const { stdout } = await promisify(execFile)(
      helm,
      [
        ...['template', name, own, '--namespace', 'default', '--dry-run=server', '--disable-openapi-validation'],
        ...['--kubeconfig', join(folder, 'kubeconfig'), '--values', join(own, `ci/${values}-values.yaml`)],
        ...options,
      ],
      { maxBuffer: 2 ** 26 },
    );
    return objectsIn(stdout);
  }

  test('touches no field that can never be changed', () => {
    // Jobs of one name do the same: it says what.
    expect(
      touched(
        before.filter(({ kind }) => kind !== 'Job'),
        after,
      ),
    ).toEqual([]);
    expect(before.filter(({ kind }) => kind === 'StatefulSet').length).toBeGreaterThan(0);
  });

  test('keeps every volume claim', () => {
    const claims = before.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(titleOf);
    expect(Object.keys(byTitle(after))).toEqual(expect.arrayContaining(claims));
    expect(claims.length).toBeGreaterThan(0);
  });

  const jobs = NUMBERED.filter((job) =>
    objects.some((each) => each.kind === 'Job' && each.metadata.name.startsWith(job)),
  );
  test.skipIf(jobs.length === 0)('does nothing again that was done once, until it is told to', async () => {
    const completions = (all: readonly KubeObject[], run: number) =>
      jobs.map((job) => {
        const found = all.find(({ kind, metadata }) => kind === 'Job' && metadata.name === `${job}-${run}`);
        return found ? fieldsOf(found.spec).completions : 'not there';
      });
    expect(completions(after, 1)).toEqual(jobs.map(() => 0));
    const again = await rendered(...jobs.flatMap((job) => ['--set', `${SETTING[job] ?? job}.run=2`]));
    expect(completions(again, 2)).toEqual(jobs.map(() => undefined));
  });
});

/** With what the cluster fills in, and what was to be done once is done. */
const asInCluster = ({ kind, spec, ...object }: KubeObject): KubeObject => ({
  ...object,
  kind,
  ...(spec !== undefined && { spec: filledIn(kind, fieldsOf(spec)) }),
  ...(kind === 'Job' && { status: { succeeded: 1 } }),
});

/** The section of the settings, where it is not called as the Job. */
const SETTING: Readonly<Record<string, string>> = { nonml: 'prophetBatch' };

function filledIn(kind: string, spec: Fields): Fields {
  if (kind === 'PersistentVolumeClaim')
    return {
      ...spec,
      storageClassName: spec.storageClassName ?? 'standard',
      volumeMode: 'Filesystem',
      volumeName: 'pv-1',
    };
  return WITH_PODS.includes(kind) ? { ...spec, template: TEMPLATE } : spec;
}

const TEMPLATE = { spec: { restartPolicy: 'Never', containers: [{ name: 'any', image: 'any' }] } };
const WITH_PODS = ['Deployment', 'StatefulSet', 'Job'];
