import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from '../../../infra/images/bundle.ts';
import { startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { startServiceProcess } from '../../flow/service-process.ts';
import { freshDatabase } from '../../service/postgres.ts';

// Outside the repository: what the bundle needs, it must bring along.
const out = mkdtempSync(join(tmpdir(), 'bundle-'));
const main = join(out, 'main.js');

beforeAll(() => bundle(out));
afterAll(() => rmSync(out, { recursive: true }));

test('arguments are appended to the entry point, as Kubernetes does', () => {
  const { status, stderr } = spawnSync(process.execPath, [main, '--karmada-kubeconfig=/etc/none'], {
    encoding: 'utf8',
    env: {},
  });
  expect(status).toBe(1);
  expect(stderr).toContain('Kubeconfig /etc/none: no such file');
});

test('it is the whole service: migrates an empty database, answers, shows its document', async () => {
  const database = await freshDatabase({ migrated: false });
  const karmada = await startSimulatedKarmada();
  const kubeconfig = join(out, 'kubeconfig');
  await karmada.writeKubeconfig(kubeconfig);
  const service = await startServiceProcess({ databaseUrl: database.url, kubeconfig, program: main });
  try {
    expect(await (await fetch(`${service.url}/api/v1/jobs`)).json()).toEqual([]);
    expect((await fetch(`${service.url}/docs/`)).status).toBe(200);
  } finally {
    expect(await service.stop()).toBe(0);
    await karmada.close();
  }
});

test('it is small, lists what went in, and holds no source of ours', () => {
  expect(statSync(main).size).toBeLessThan(10 * 1024 * 1024);
  const bill = JSON.parse(readFileSync(join(out, 'sbom.cdx.json'), 'utf8'));
  const names = bill.components.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['express', 'pg', 'pino', 'zod', '@kubernetes/client-node']));
  expect(names).not.toContain('cdk8s');
  expect(JSON.parse(readFileSync(`${main}.map`, 'utf8')).sourcesContent).toBeUndefined();
  expect(existsSync(join(out, 'service/local'))).toBe(false);
});

test('the probe is beside it, and tells its options', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(out, 'probe.js'), '--help'], {
    encoding: 'utf8',
    env: {},
  });
  expect(status).toBe(0);
  expect(stdout).toContain('--expect-refusal');
});
