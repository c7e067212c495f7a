import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plan } from '../../../infra/plan.ts';
import { type KubeObject, synthesize } from '../../../infra/synth/synthesize.ts';
import { typeOfKind } from '../../../service/local/kube/resources.ts';
import { kubernetesTool } from '../../tools/kubernetes-tools.ts';
import { NAMESPACE, startWorld, type World } from './command.ts';

const DEV = resolve(import.meta.dirname, '../../../charts-out/ml-platform/dev');
const PART_OF = 'applyset.kubernetes.io/part-of';
const kubectl = kubernetesTool('kubectl');

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const find = (apiVersion: string, kind: string, name: string) => world.find(world.management, apiVersion, kind, name);
const parent = () => find('v1', 'ConfigMap', 'ml-platform-applyset');
const labelOf = (apiVersion: string, kind: string, name: string) =>
  find(apiVersion, kind, name)?.metadata.labels?.[PART_OF];

const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };

/** Settings without the bundled PostgreSQL. */
function external(): string[] {
  const config = join(world.folder, 'external.yaml');
  writeFileSync(config, 'extends: dev\ndatabase: { mode: external }\n');
  return ['--config', config];
}

/** As another writer than this command would have it in the cluster. */
function apply(object: KubeObject, manager: string): void {
  const { registry } = world.management;
  const type = typeOfKind(registry.table, object.apiVersion, object.kind);
  if (!type) expect.fail(`${object.kind} is not simulated`);
  const namespace = type.namespaced ? { namespace: NAMESPACE } : {};
  registry.apply(type, { ...object, metadata: { ...object.metadata, ...namespace } }, { manager }, true);
}

test('the parent names the set, the kinds in it and whose rules it follows; every object but data is a member', async () => {
  expect((await world.deploy()).code).toBe(0);
  const { annotations, labels } = parent()?.metadata ?? {};
  const id = labels?.['applyset.kubernetes.io/id'];
  // base64url(sha256("ml-platform-applyset.ml-platform.ConfigMap.")), as the specification has it.
  expect(id).toBe('applyset-B2y-iBQxTRRYdGqOyFVVUH5MwF--QtG9XwvWlEi-yRY-v1');
  expect(annotations?.['applyset.kubernetes.io/tooling']).toMatch(/^kubectl\/v1\.\d+$/);
  expect(annotations?.['applyset.kubernetes.io/contains-group-kinds']?.split(',')).toEqual(
    expect.arrayContaining(['ConfigMap', 'Deployment.apps', 'NetworkPolicy.networking.k8s.io', 'Service']),
  );
  expect(labelOf('apps/v1', 'Deployment', 'ml-platform-backend')).toBe(id);
  expect(labelOf('v1', 'PersistentVolumeClaim', 'postgres-pvc')).toBeUndefined();
  expect(labelOf('v1', 'Namespace', NAMESPACE)).toBeUndefined();
});

test('what a controller made of a member, labels and all, is not pruned', async () => {
  expect((await world.deploy()).code).toBe(0);
  const labels = { [PART_OF]: labelOf('apps/v1', 'Deployment', 'ml-platform-backend') ?? '' };
  const { uid = '' } = find('v1', 'Service', 'ml-platform-backend')?.metadata ?? {};
  const owner = { apiVersion: 'v1', kind: 'Service', name: 'ml-platform-backend', uid };
  const configMap = (name: string, more: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels, ...more },
  });
  apply(configMap('made', { ownerReferences: [{ ...owner, controller: true }] }), 'operator');
  apply(configMap('left-behind', {}), 'kubectl');
  const { code, err, out } = await world.deploy();
  expect(code, err).toBe(0);
  expect(out).toContain('Pruning: removed ConfigMap left-behind');
  expect(find('v1', 'ConfigMap', 'made')).toBeDefined();
});

test('a set of another tool is left alone', async () => {
  apply(namespace, 'kpt');
  apply(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'ml-platform-applyset', annotations: { 'applyset.kubernetes.io/tooling': 'kpt/v1.0' } },
    } as KubeObject,
    'kpt',
  );
  const { code, err } = await world.deploy();
  expect(code).toBe(1);
  expect(err).toContain('keeps the ApplySet of another tool (applyset.kubernetes.io/tooling: kpt/v1.0)');
});

test.skipIf(!kubectl)('a real kubectl prunes the set, and no data; then this command goes on with it', async () => {
  expect((await world.deploy()).code).toBe(0);
  const folder = join(world.folder, 'manifests');
  mkdirSync(folder);
  // One object is gone, and so is the volume, which kubectl would otherwise take into the set.
  for (const file of readdirSync(DEV).filter((name) => /^\d.*\.yaml$/.test(name)))
    cpSync(join(DEV, file), join(folder, file));
  const left = ['service-ml-platform-frontend', 'persistentvolumeclaim-postgres-pvc', 'namespace-ml-platform'];
  for (const file of readdirSync(folder)) if (left.some((name) => file.includes(name))) rmSync(join(folder, file));

  const set = ['--prune', '--applyset=configmaps/ml-platform-applyset', `--namespace=${NAMESPACE}`];
  const args = ['apply', `--kubeconfig=${join(world.folder, 'mgmt')}`, `-f=${folder}`, '--server-side', ...set];
  const env = { HOME: world.folder, KUBECTL_APPLYSET: 'true' };
  const { stdout } = await promisify(execFile)(kubectl ?? '', [...args, '--validate=false'], { env });
  expect(stdout).toContain('service/ml-platform-frontend pruned');
  expect(stdout.match(/pruned/g)).toHaveLength(1);
  expect(find('v1', 'PersistentVolumeClaim', 'postgres-pvc')).toBeDefined();

  // By now kubectl answers for these fields as well.
  const { code, err, out } = await world.deploy('--force-conflicts', ...external());
  expect(code, err).toBe(0);
  expect(out).toContain('Service ml-platform-frontend created');
  expect(out).toMatch(/Pruning: removed .*StatefulSet postgres/);
  expect(find('v1', 'PersistentVolumeClaim', 'postgres-pvc')).toBeDefined();
  expect((await world.deploy('--rollback', '--force-conflicts')).out).toContain('StatefulSet postgres created');
});

test('what was begun and never came to its end is pruned too', async () => {
  world.management.wishes.troubles.set('postgres', {
    kind: 'image',
    message: 'no such tag',
    reason: 'InvalidImageName',
  });
  expect((await world.deploy()).code).toBe(1);
  const { code, err, out } = await world.deploy(...external());
  expect(code, err).toBe(0);
  expect(out).toMatch(/Pruning: removed .*StatefulSet postgres/);
  // There is nothing that ran before.
  expect((await world.deploy('--rollback')).err).toContain('there is no earlier deployment');
});

test('after one that failed, a rollback goes to what ran, though the names are the same', async () => {
  expect((await world.deploy()).code).toBe(0);
  world.management.wishes.troubles.set('ml-platform-backend', {
    kind: 'image',
    message: 'x',
    reason: 'InvalidImageName',
  });
  expect((await world.run('deploy', [], { variables: { VERSION: '2.0.0' } })).code).toBe(1);
  world.management.wishes.troubles.clear();
  world.management.tryAgain();
  const { code, err } = await world.deploy('--rollback');
  expect(code, err).toBe(0);
  expect(JSON.stringify(find('apps/v1', 'Deployment', 'ml-platform-backend')?.spec)).toContain('backend:latest');
});

test('two that deploy at once: the second is told', async () => {
  expect((await world.deploy()).code).toBe(0);
  const current = parent();
  world.management.wishes.intercept = async ({ method, path }) => {
    if (method === 'GET' && path.at(-1) === 'storageclasses' && current)
      apply(
        { ...current, metadata: { name: current.metadata.name, labels: { touched: 'yes' } } } as KubeObject,
        'other',
      );
    return undefined;
  };
  const { code, err } = await world.run('deploy', [], { variables: { VERSION: '2.0.0' } });
  expect(code).toBe(1);
  expect(err).toContain('the record was written by somebody else meanwhile: who deploys ml-platform right now?');
});

// What releases before the ApplySet left: objects without its label, and a ConfigMap for each deployment.
test("from the revisions of earlier releases: what they applied is pruned, what is others' stays, a rollback goes on", async () => {
  const [planned] = plan({ stack: 'ml-platform', environment: 'dev' }, {});
  if (!planned) expect.fail('no environment dev');
  const { folders } = synthesize(planned.definition, planned.settings, { environment: 'dev' });
  const [platform = [], karmada = []] = [folders.get(''), folders.get('karmada')];
  apply(namespace, 'ml-platform-deploy');
  for (const object of platform) apply(object, 'ml-platform-deploy');
  const data = { password: 'eA==', url: 'eA==' };
  apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'postgres-credentials' }, data } as KubeObject, 'x');
  const revision = (number: number, more: KubeObject[] = []) =>
    apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: `ml-platform-revision-${number}`,
          labels: {
            'mlplatform.io/revision-of': 'ml-platform',
            'mlplatform.io/revision': String(number),
            'mlplatform.io/state': 'deployed',
            'mlplatform.io/environment': 'dev',
          },
        },
        binaryData: {
          'objects.json.gz': gzipSync(JSON.stringify({ platform: [...platform, ...more], karmada })).toString('base64'),
        },
      } as KubeObject,
      'ml-platform-deploy',
    );
  const configMap = (name: string): KubeObject =>
    ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { key: 'value' } }) as KubeObject;
  revision(1, [configMap('old'), configMap('made-anew')]);
  revision(2);
  apply(configMap('old'), 'ml-platform-deploy');
  // Of that name, but by now somebody else's.
  apply(configMap('made-anew'), 'kubectl');

  const dryRun = await world.deploy('--dry-run', ...external());
  expect(dryRun.err).toBe('');
  expect(dryRun.out).toContain('remove: ConfigMap old');
  expect(find('v1', 'ConfigMap', 'ml-platform-revision-2')).toBeDefined();

  const { code, err, out } = await world.deploy(...external());
  expect(code, err).toBe(0);
  expect(out).toMatch(/Pruning: removed .*ConfigMap old/);
  expect(out).toMatch(/Pruning: removed .*StatefulSet postgres/);
  expect(find('v1', 'ConfigMap', 'made-anew')).toBeDefined();
  expect(find('v1', 'PersistentVolumeClaim', 'postgres-pvc')).toBeDefined();
  for (const number of [1, 2]) expect(find('v1', 'ConfigMap', `ml-platform-revision-${number}`)).toBeUndefined();

  const back = await world.deploy('--rollback');
  expect(back.code, back.err).toBe(0);
  expect(back.out).toContain('StatefulSet postgres created');
});

test('a dry run shows what others have added to our objects, where it is and who did it', async () => {
  expect((await world.deploy()).code).toBe(0);
  expect((await world.deploy('--dry-run')).out).not.toMatch(/^(change|others):/m);
  const containers = [{ name: 'ml-platform-backend', env: [{ name: 'DEBUG', value: 'yes' }] }];
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'ml-platform-backend' } };
  apply({ ...deployment, spec: { template: { spec: { containers } } } } as KubeObject, 'kubectl-set');
  const { code, out } = await world.deploy('--dry-run');
  expect(code).toBe(0);
  expect(out).toContain('others: Deployment ml-platform-backend\n');
  expect(out).toContain(
    '~ spec.template.spec.containers[name=ml-platform-backend].env[name=DEBUG].value: "yes" (kubectl-set)',
  );
  expect(out).toContain('unchanged: Deployment ml-platform-frontend');
});
