import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { typeOfKind } from '../../../service/local/kube/resources.ts';
import { NAMESPACE, startWorld, type World } from './command.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const imageOf = (name: string): string | undefined => {
  const { find, management } = world;
  const job = find(management, 'batch/v1', 'Job', name);
  return JSON.stringify(job?.spec ?? {}).match(/"image":"([^"]*preempt-backend[^"]*)"/)?.[1];
};

function serviceOf(name: string): unknown {
  const spec = world.find(world.management, 'apps/v1', 'StatefulSet', name)?.spec as
    | { serviceName?: string }
    | undefined;
  return spec?.serviceName;
}

function create(object: KubeObject): void {
  const { registry } = world.management;
  const type = typeOfKind(registry.table, object.apiVersion, object.kind) ?? expect.fail(object.kind);
  registry.create(type, object, { manager: 'kubectl' });
}

test('what has run and what can never be changed is left as it is: a Job that seeds, by another image, and the Service of a StatefulSet', async () => {
  const config = join(world.folder, 'preempt.yaml');
  const deploy = async (tag: string, run: number) => {
    writeFileSync(
      config,
      `extends: dev\nnamespace: { name: ${NAMESPACE} }\nimages: { tag: ${tag} }\nseed: { run: ${run} }\n`,
    );
    const said = await world.deploy('--stack', 'preempt', '--config', config);
    expect(said.code, said.err).toBe(0);
    return said.out;
  };
  create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'preempt-locations', namespace: NAMESPACE },
    data: { 'locations_seed.csv': 'name\n' },
  });
  // As the first versions made it.
  const labels = { 'app.kubernetes.io/name': 'mysql', 'app.kubernetes.io/instance': 'preempt' };
  create({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'mysql', namespace: NAMESPACE },
    spec: {
      serviceName: 'mysql',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'any', image: 'any' }] } },
    },
  });
  await deploy('v1', 1);
  await deploy('v2', 1);
  expect(serviceOf('mysql')).toBe('mysql');
  expect(serviceOf('redis')).toBe('redis-pods');
  expect(imageOf('seed-1')).toMatch(/:v1$/);
  expect(imageOf('migrate')).toMatch(/:v2$/);
  await deploy('v2', 2);
  expect(imageOf('seed-1')).toBeUndefined();
  expect(imageOf('seed-2')).toMatch(/:v2$/);
});
