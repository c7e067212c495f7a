import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../../service/cli/exit-codes.ts';
import { filesOf } from '../../../service/cli/workdir/files.ts';
import { pack } from '../../../service/cli/workdir/pack.ts';
import { type LocalObjectStorage, startObjectStorage } from '../../../service/local/object-storage.ts';
import { fetchWorkdir } from '../../../service/workdirs/main.ts';
import { startWorld, type World } from '../api/world.ts';
import { mlp, scratch } from './mlp.ts';

const BOUNDS = { files: 1000, bytes: 1_000_000 };

/** A folder with these files. */
const folderOf = (files: Readonly<Record<string, string>>, folder = scratch()): string => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
};

const namesOf = async (folder: string) => (await filesOf(folder, BOUNDS)).files.map(({ name }) => name);

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
  }).toString();

const PROJECT = {
  '.gitignore':
    '# what is made\n*.log\n!keep.log\n/build/\ndata/**/*.bin\nnotes\n!notes/important\n\\#odd\ntrailing \n[Cc]ache/\n',
  'train.py': 'print(1)\n',
  'a.log': 'x',
  'keep.log': 'x',
  '#odd': 'x',
  'build/out.o': 'x',
  'src/build/kept.py': 'x',
  'data/x/y/z.bin': 'x',
  'data/x/y/z.csv': 'x',
  'notes/important': 'x',
  'Cache/a': 'x',
  'deep/.gitignore': '*\n!.gitignore\n!only/\n!only/**\n',
  'deep/other.py': 'x',
  'deep/only/this.py': 'x',
  'deep/only/that.log': 'x',
  'deep/only/.gitignore': '!that.log\nthis.py\n',
  'UPPER.LOG': 'x',
  'with space/ü and 文.txt': 'x',
};

describe('the files of a folder', () => {
  test('are those that Git would take, in the whole repository and in a part of it', async () => {
    const folder = folderOf(PROJECT);
    git(folder, 'init', '-q');
    writeFileSync(join(folder, '.git/info/exclude'), 'secret.env\n');
    folderOf({ 'secret.env': 'x', 'src/secret.env': 'x' }, folder);
    const listed = (at: string) =>
      git(at, '-c', 'core.quotePath=false', 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
        .split('\0')
        .filter(Boolean)
        .sort();
    const found = await namesOf(folder);
    expect([...found].sort()).toEqual(listed(folder));
    expect(found).toContain('deep/only/that.log');
    expect((await namesOf(join(folder, 'deep'))).sort()).toEqual(listed(join(folder, 'deep')));
    expect((await namesOf(join(folder, 'src'))).sort()).toEqual(['build/kept.py']);
  });

  test('hold no link out of the folder, none to a folder, and none that leads nowhere', async () => {
    const folder = folderOf({ 'a/real.py': 'x' });
    const outside = folderOf({ secret: 'x' });
    symlinkSync('real.py', join(folder, 'a/inside.py'));
    symlinkSync(join(outside, 'secret'), join(folder, 'outside'));
    symlinkSync('..', join(folder, 'a/circle'));
    symlinkSync('nowhere', join(folder, 'broken'));
    const { files, leftOut } = await filesOf(folder, BOUNDS);
    expect(files.map(({ name }) => name)).toEqual(['a/inside.py', 'a/real.py']);
    expect(leftOut).toEqual(['a/circle', 'broken', 'outside']);
  });

  test('are bounded in number and size; what is largest is named', async () => {
    const folder = folderOf({ 'model.bin': 'x'.repeat(200_000), 'train.py': 'x' });
    await expect(filesOf(folder, { files: 10, bytes: 100_000 })).rejects.toMatchObject({
      exitCode: EXIT.usage,
      advice: expect.stringContaining('model.bin (0.2 MB)'),
    });
    await expect(filesOf(folder, { files: 1, bytes: 1_000_000 })).rejects.toThrow('has more than 1 files or 1.0 MB');
    await expect(filesOf(join(folder, 'none'), BOUNDS)).rejects.toThrow('there is no such folder');
    await expect(filesOf(join(folder, 'train.py'), BOUNDS)).rejects.toThrow('is a file');
    await expect(filesOf(folderOf({}), BOUNDS)).rejects.toThrow('there is nothing in it');
  });
});

test('the same content is the same to the byte, whenever and wherever it is packed', async () => {
  const [one, other] = [folderOf({ 'b/x': '1', a: '2', 'a.py': '3' }), folderOf({ 'a.py': '3', 'b/x': '1', a: '2' })];
  utimesSync(join(other, 'a'), 1e9, 1e9);
  const packed = async (folder: string) => (await pack((await filesOf(folder, BOUNDS)).files)).sha256;
  const zone = process.env.TZ;
  const first = await packed(one);
  process.env.TZ = 'Pacific/Kiritimati';
  const second = await packed(other);
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
  expect(second).toBe(first);
  chmodSync(join(other, 'a'), 0o755);
  expect(await packed(other)).not.toBe(first);
});

describe('submit --workdir', () => {
  let objects: LocalObjectStorage;
  let keys: string;
  let store: string;
  let world: World;
  beforeAll(async () => {
    [keys, store] = [mkdtempSync(join(tmpdir(), 'keys-')), mkdtempSync(join(tmpdir(), 'objects-'))];
    objects = await startObjectStorage({ folder: store, maxBytes: 10_000_000 });
    writeFileSync(join(keys, 'AWS_ACCESS_KEY_ID'), `${objects.accessKeyId}\n`);
    writeFileSync(join(keys, 'AWS_SECRET_ACCESS_KEY'), objects.secretAccessKey);
    world = await startWorld({
      environment: {
        OBJECT_STORAGE_ENDPOINT: objects.endpoint,
        OBJECT_STORAGE_REGION: objects.region,
        OBJECT_STORAGE_KEYS: keys,
        WORKDIR_URL: 's3://team/workdirs/',
        WORKDIR_MAX_BYTES: '5000',
        WORKDIR_IMAGE: 'registry.example.com/ml-platform-backend:1',
      },
    });
  });
  afterAll(async () => {
    await world.close();
    await objects.close();
    for (const folder of [keys, store]) rmSync(folder, { recursive: true });
  });

  const submit = (folder: string, ...more: string[]) =>
    mlp(['submit', '--name', 'own', '--image', 'python:3.12', '--workdir', folder, ...more], { url: world.url });

  test('sends a folder once, and the pods of the job start in it', async () => {
    const folder = folderOf({
      'run.sh': '#!/bin/sh\n',
      'src/train.py': 'print(1)\n',
      '.gitignore': '*.log\n',
      'x.log': 'x',
    });
    chmodSync(join(folder, 'run.sh'), 0o755);
    symlinkSync('/etc/hostname', join(folder, 'link'));
    const dry = await submit(folder, '--dry-run', '-o', 'json', '--', './run.sh');
    expect(dry.code, dry.err).toBe(EXIT.ok);
    expect(readdirSync(store)).toEqual([]);
    expect(dry.err).toContain(`Warning: link is not sent: it is no file, or a link out of ${folder}\n`);

    const first = await submit(folder, '--', './run.sh');
    expect(first.code, first.err).toBe(EXIT.ok);
    expect(first.err).toContain(`${folder}: 3 files, 1 kB, sent.\n`);
    const second = await submit(folder, '--', './run.sh');
    expect(second.err).toContain('sent before.\n');
    expect(readdirSync(store)).toHaveLength(1);

    const { request } = JSON.parse((await mlp(['get', first.out.trim(), '-o', 'json'], { url: world.url })).out);
    expect(request.workdir).toMatch(/^s3:\/\/team\/workdirs\/default\/[0-9a-f]{64}\.zip$/);
    const job = JSON.parse(dry.out).manifests.at(-1).spec.template.spec;
    expect(job.containers[0]).toMatchObject({ workingDir: '/workdir', command: ['./run.sh'] });
    const [init] = job.initContainers;
    expect(init).toMatchObject({
      image: 'registry.example.com/ml-platform-backend:1',
      command: ['node', '/app/workdir.js'],
    });

    // As in its pod.
    const env = Object.fromEntries(init.env.map(({ name, value }: { name: string; value?: string }) => [name, value]));
    const secret = { AWS_ACCESS_KEY_ID: objects.accessKeyId, AWS_SECRET_ACCESS_KEY: objects.secretAccessKey };
    const unpacked = scratch();
    await fetchWorkdir({ ...env, ...secret }, unpacked);
    expect(readdirSync(unpacked, { recursive: true }).sort()).toEqual(['.gitignore', 'run.sh', 'src', 'src/train.py']);
    expect(readFileSync(join(unpacked, 'src/train.py'), 'utf8')).toBe('print(1)\n');
    expect(statSync(join(unpacked, 'run.sh')).mode & 0o111).toBe(0o111);
    await expect(fetchWorkdir(env, scratch())).rejects.toThrow('are not in the Secret of its namespace');
  });

  test('of a job of Ray hands it to Ray, with the storage that it lies in', async () => {
    const folder = folderOf({ 'train.py': 'print(2)\n' });
    const { out, err } = await submit(folder, '--set', 'runtime=ray', '--dry-run', '-o', 'json');
    const { request, manifests } = JSON.parse(out || err);
    const { runtimeEnvYAML, rayClusterSpec } = manifests.at(-1).spec;
    expect(runtimeEnvYAML).toContain(`"working_dir": "${request.workdir}"`);
    expect(rayClusterSpec.headGroupSpec.template.spec.containers[0].env).toContainEqual({
      name: 'AWS_ENDPOINT_URL',
      value: objects.endpoint,
    });
  });

  test('is refused where it is too large, where the job is refused nothing is sent, and by the namespace of others', async () => {
    const before = readdirSync(store).length;
    const large = folderOf({ 'a.txt': randomBytes(6000).toString('base64') });
    expect(await submit(large)).toMatchObject({
      code: EXIT.refused,
      err: expect.stringContaining('bytes must be at most 5000'),
    });
    const folder = folderOf({ 'train.py': 'print(3)\n' });
    expect((await submit(folder, '--priority', '9999999999')).code).toBe(EXIT.refused);
    const trainingJob = await submit(folder, '--set', 'runtime=trainingjob');
    expect(trainingJob).toMatchObject({
      code: EXIT.refused,
      err: expect.stringContaining('workdir is for runtimes ray and job'),
    });
    expect(readdirSync(store)).toHaveLength(before);
  });

  test('says what is missing where the platform takes no folders', async () => {
    const without = await startWorld();
    try {
      const outcome = await mlp(['submit', '--algorithm', 'xgboost', '--workdir', folderOf({ a: 'x' })], {
        url: without.url,
      });
      expect(outcome.code).toBe(EXIT.refused);
      expect(outcome.err).toContain('This platform takes no folders: WORKDIR_URL is not set, by whoever runs it');
    } finally {
      await without.close();
    }
  });
});

test.runIf(existsSync('/usr/bin/python3'))('other programs can read what is packed', async () => {
  const folder = folderOf({ 'a/ü.txt': 'content' });
  const { content } = await pack((await filesOf(folder, BOUNDS)).files);
  const file = join(scratch(), 'a.zip');
  writeFileSync(file, content);
  const program =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.namelist(), z.read(z.namelist()[0]))';
  expect(execFileSync('python3', ['-c', program, file]).toString()).toBe("None ['workdir/a/ü.txt'] b'content'\n");
});
