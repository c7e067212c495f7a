import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readProject } from '../../../infra/charts/project.ts';
import { hasCosign, sign } from '../../../infra/charts/signature.ts';
import { billOfMaterials } from '../../../infra/helm/bill.ts';
import { charts } from './charts.ts';

// What proves where a packed chart is from, and what it brings.

const { version } = readProject();
const folder = mkdtempSync(join(tmpdir(), 'supply-'));
const path = process.env.PATH;
afterAll(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

describe.each(charts)('$name', ({ files, name }) => {
  const { annotations } = parse(files.get('Chart.yaml') ?? '') as { annotations: Record<string, string> };
  const images = parse(annotations['artifacthub.io/images'] ?? '[]') as { image: string }[];

  test('names its images by the tags that a release has', () => {
    expect(images.filter(({ image }) => !/:[^:]+$/.test(image) || image.endsWith(':latest'))).toEqual([]);
    for (const { image } of images.filter(({ image }) => !image.includes('/'))) expect(image).toMatch(`:${version}`);
  });

  test('has a bill of materials with each of them, and the digest of its package', () => {
    const archive = Buffer.from(name);
    const bill = JSON.parse(billOfMaterials(files, archive));
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    expect(bill.metadata.component).toMatchObject({ name, version });
    expect(bill.metadata.component.hashes[0].content).toBe(createHash('sha256').update(archive).digest('hex'));
    const named = bill.components.map((each: { name: string; version: string }) => `${each.name}:${each.version}`);
    expect(named).toEqual(images.map(({ image }) => image.split('@')[0]));
  });
});

test('cosign signs, with a key or without, and what it refuses is an error', () => {
  const cosign = join(folder, 'cosign');
  writeFileSync(cosign, `#!/bin/sh\necho "$*" >> ${join(folder, 'asked')}\ncase "$*" in *refused*) exit 1;; esac\n`);
  chmodSync(cosign, 0o755);
  process.env.PATH = `${folder}:${path}`;
  expect(hasCosign()).toBe(true);
  expect(sign('a.tgz', 'k8s://ml/signing')).toBe('a.tgz.sigstore.json');
  sign('b.tgz', undefined);
  expect(() => sign('refused.tgz', undefined)).toThrow('cosign could not sign refused.tgz');
  expect(readFileSync(join(folder, 'asked'), 'utf8').split('\n')).toEqual(
    expect.arrayContaining([
      'sign-blob --yes --key k8s://ml/signing --bundle a.tgz.sigstore.json a.tgz',
      'sign-blob --yes --bundle b.tgz.sigstore.json b.tgz',
    ]),
  );
});

test('without cosign nothing is begun that was to be signed', () => {
  const node = execFileSync('which', ['node'], { encoding: 'utf8' }).trim();
  const { status, stderr } = spawnSync(node, ['infra/run.cjs', 'infra/charts/main.ts', '--package', '--sign'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: folder.replace('supply', 'nothing') },
  });
  expect(stderr).toContain('--sign needs cosign on PATH');
  expect(status).toBe(1);
});
