import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withSettings } from '../../infra/promote/edit.ts';
import { promotions } from '../../infra/promote/promotions.ts';

const repository = resolve(import.meta.dirname, '../..');

describe('a setting in an environment', () => {
  const inTypeScript = (text: string, values: Record<string, string>) => withSettings('prod.ts', text, 'prod', values);

  test.each([
    ['is replaced where it stands', `export const prod = {\n  images: { registry: 'r', tag: '0.1.0' }, // why\n};\n`],
    ['in any quotes', "export const prod = {\n  images: { registry: 'r', tag: `0.1.0` }, // why\n};\n"],
    [
      'among others of the file',
      `const x = {};\nexport const prod = {\n  images: { registry: 'r', tag: '0.1.0' }, // why\n};\n`,
    ],
  ])('%s', (_, text) => {
    const changed = inTypeScript(text, { 'images.tag': 'v1.2.0' });
    expect(changed).toBe(text.replace(/['`]0\.1\.0['`]/, "'v1.2.0'"));
  });

  test.each([
    ['export const prod = {};\n', "export const prod = { images: { tag: 'v2' } };\n"],
    ['export const prod = { images: {} };\n', "export const prod = { images: { tag: 'v2' } };\n"],
    ['export const prod = { a: 1 };\n', "export const prod = { images: { tag: 'v2' }, a: 1 };\n"],
    [
      'export const prod = {\n  // Why.\n  a: 1,\n};\n',
      "export const prod = {\n  images: { tag: 'v2' },\n  // Why.\n  a: 1,\n};\n",
    ],
  ])('is added where it is not there: %j', (text, expected) => {
    expect(inTypeScript(text, { 'images.tag': 'v2' })).toBe(expected);
  });

  test.each([
    'const images = {};\nexport const prod = { images };\n',
    'export const prod = { images: { tag: TAG } };\n',
  ])('that is computed is left to people: %j', (text) => {
    expect(() => inTypeScript(text, { 'images.tag': 'v2' })).toThrow(
      'images.tag does not stand as a text in prod.ts (prod): change it there by hand.',
    );
  });

  test('in YAML keeps comments and order', () => {
    const text = '# Ours.\nextends: prod # as there\nimages:\n  registry: r\n  tag: "0.1.0" # proven\n';
    expect(withSettings('eu.yaml', text, 'eu', { 'images.tag': 'v2', 'backend.image.digest': '' })).toBe(
      `${text.replace('"0.1.0"', '"v2"')}backend:\n  image:\n    digest: ""\n`,
    );
  });
});

describe('npm run promote', () => {
  let project: string;
  const read = (path: string) => readFileSync(join(project, path), 'utf8');
  const promote = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((done) => {
      const env = { PATH: process.env.PATH, HOME: process.env.HOME };
      const command = ['infra/run.cjs', 'infra/promote/main.ts', ...args];
      execFile(process.execPath, command, { cwd: project, env }, (error, out, err) =>
        done({ code: error ? Number(error.code) : 0, out, err }),
      );
    });

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'promote-'));
    for (const name of ['imports', 'service', 'node_modules', 'package.json', 'tsconfig.json', 'cdk8s.yaml'])
      symlinkSync(join(repository, name), join(project, name));
    cpSync(join(repository, 'infra'), join(project, 'infra'), { recursive: true });
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test('brings the versions that are proven, digests of single images included, and nothing else', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const folder = 'infra/stacks/ml-platform/environments';
    writeFileSync(
      join(project, folder, 'stage.yaml'),
      `extends: dev\nimages: { registry: registry.example.com, tag: v1.2.0 }\nbackend: { image: { digest: "${digest}" } }\n`,
    );
    const before = read(`${folder}/prod.ts`);
    const { code, out } = await promote('--from', 'stage', '--to', 'prod');
    expect(code).toBe(0);
    expect(out).toContain('images.tag: 0.1.0 -> v1.2.0');
    expect(out).toContain(`backend.image.digest: (empty) -> ${digest}`);
    expect(out).toContain(`git add ${folder}/prod.ts charts-out/ml-platform/prod`);
    const after = read(`${folder}/prod.ts`);
    const changed = after.split('\n').filter((line) => !before.split('\n').includes(line));
    expect(changed).toEqual([
      expect.stringContaining("tag: 'v1.2.0'"),
      expect.stringMatching(new RegExp(`^    image: \\{ digest: '${digest}' \\},$`)),
    ]);
    const deployment = read('charts-out/ml-platform/prod/4-deployment-ml-platform-backend.yaml');
    expect(deployment).toContain(`ml-platform-backend:v1.2.0@${digest}`);

    const again = await promote('--from', 'stage', '--to', 'prod');
    expect(again.out).toBe(`ml-platform: ${folder}/prod.ts\n  nothing to change\n`);

    // Another version for all is told not to reach an image that is pinned by itself.
    const tagged = await promote('--from', 'stage', '--to', 'prod', '--tag', 'v1.3.0', '--dry-run');
    expect(tagged.out).toContain('images.tag: v1.2.0 -> v1.3.0');
    expect(tagged.out).toContain(`backend.image.digest stays ${digest}: it is set for this image alone`);
    expect(read(`${folder}/prod.ts`)).toBe(after);
  });
});

test.each([
  [{ from: 'dev', to: 'prod' }, /dev runs latest, which prod refuses.*Name its version: --tag/],
  [{ from: 'dev', to: 'dev' }, /--from and --to are both dev/],
  [{ from: 'dev', to: 'prdo' }, /no environment "prdo".*Did you mean "prod"\?/],
  [{ from: 'gke', to: 'prod' }, /No stack with images of ours has both environments, gke and prod/],
])('%j is refused in words', (wanted, told) => {
  expect(() => promotions(wanted, join(repository, 'infra/stacks'))).toThrow(told);
});
