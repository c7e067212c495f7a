import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { program } from '../program.ts';

// The real program, as a user starts it, in a folder of its own that stands for the repository.

const repository = join(dirname(fileURLToPath(import.meta.url)), '../..');
const LINKED = ['infra', 'imports', 'service', 'node_modules', 'package.json', 'tsconfig.json', 'cdk8s.yaml'];
let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'synth-'));
  for (const name of LINKED) symlinkSync(join(repository, name), join(project, name));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

interface Result {
  code: number;
  out: string;
  err: string;
}

function start(args: string[], variables: Record<string, string> = {}): Promise<Result> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...variables };
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: project, env }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}
/** As `npm run synth` does. */
const npmRunSynth = (variables?: Record<string, string>) => start(['infra/run.cjs', 'infra/main.ts'], variables);
/** The same program in a fifth of the time, for what is not about how it is started. */
const synth = async (options: string[] = [], variables?: Record<string, string>) =>
  start([await program('infra/main.ts'), ...options], variables);
const cdk8s = (options: string[] = [], variables?: Record<string, string>) =>
  start(['node_modules/cdk8s-cli/bin/cdk8s', 'synth', '--check-upgrade=false', ...options], variables);

function tree(folder: string): Record<string, string> {
  const paths = (readdirSync(folder, { recursive: true }) as string[]).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
};

describe('npm run synth', () => {
  test('replaces what an environment held, leaves all else alone, and npx cdk8s synth does the same', async () => {
    write('charts-out/ml-platform/dev/4-deployment-of-old.yaml', 'stale');
    write('charts-out/ml-platform/mine/0-namespace-mine.yaml', 'mine');
    write('charts-out/helm/ml-platform/Chart.yaml', 'chart');
    // Another machine's language, clock and taste: the bytes are the same.
    const elsewhere = { LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Tokyo', CDK8S_DISABLE_SORT: '1' };
    expect(await npmRunSynth(elsewhere)).toMatchObject({ code: 0, err: '' });
    const own = tree(join(project, 'charts-out'));
    const paths = Object.keys(own);
    expect(paths).not.toContain('ml-platform/dev/4-deployment-of-old.yaml');
    expect(paths).toEqual(
      expect.arrayContaining([
        'helm/ml-platform/Chart.yaml',
        'ml-platform/dev/4-deployment-ml-platform-backend.yaml',
        'ml-platform/mine/0-namespace-mine.yaml',
      ]),
    );
    expect(paths.filter((path) => path.split('/').some((part) => part.startsWith('.')))).toEqual([]);

    rmSync(join(project, 'charts-out/ml-platform/dev'), { recursive: true });
    // As the last run left it: the CLI empties this folder before it starts the app.
    symlinkSync(join(project, 'charts-out'), join(project, '.synth'));
    expect(await cdk8s()).toMatchObject({ code: 0, out: expect.stringContaining('ml-platform/dev/0-namespace') });
    expect(tree(join(project, 'charts-out'))).toEqual(own);
  });

  test('writes an environment of the user from a file, over one that is there', async () => {
    write('mine.yaml', 'extends: prod\nbackend:\n  replicas: 3\n  autoscaling:\n    enabled: false\n');
    expect(await synth(['--config', 'mine.yaml'], { K8S_NAMESPACE: 'team-a' })).toMatchObject({ code: 0 });
    const files = tree(join(project, 'charts-out'));
    expect(Object.keys(files).every((path) => path.startsWith('ml-platform/mine/'))).toBe(true);
    expect(files['ml-platform/mine/4-deployment-ml-platform-backend.yaml']).toMatch(
      /namespace: team-a[\s\S]*replicas: 3/,
    );
  });
});

describe('with a mistake in the settings', () => {
  test.each([
    { way: 'npm run synth', run: () => synth(['--config', 'bad.yaml']) },
    {
      way: 'npx cdk8s synth',
      run: () => cdk8s([], { SYNTH_CONFIG: 'bad.yaml' }),
    },
  ])('$way ends with 1, tells all of them and leaves charts-out as it was', async ({ run }) => {
    write('bad.yaml', 'bakend: {}\nbackend: { replicas: 0 }\nexposure: { type: loadbalancer }\n');
    write('charts-out/ml-platform/bad/0-namespace-x.yaml', 'as it was');
    const { code, err } = await run();
    expect(code).toBe(1);
    expect(err).toMatch(/3 mistakes/);
    expect(err).toMatch(/bakend: there is no such setting.*did you mean "backend"/);
    expect(err).toMatch(/backend\.replicas: 0 is not allowed; allowed: a whole number from 1 to 50/);
    expect(err).toMatch(
      /exposure\.type: "loadbalancer" is not allowed; allowed: "nodePort", "loadBalancer", "ingress", "gateway", "none"/,
    );
    expect(tree(join(project, 'charts-out'))).toEqual({ 'ml-platform/bad/0-namespace-x.yaml': 'as it was' });
  });

  test('what only the parts can see is told in the same way, with the setting that it is about', async () => {
    write('taken.yaml', 'backend: { pod: { extraEnv: { PORT: "1", DATABASE_URL: x } } }\n');
    const { code, err } = await synth(['--config', 'taken.yaml']);
    expect(code).toBe(1);
    expect(err).toMatch(/^synth: 2 mistakes in the settings; nothing was written\.$/m);
    expect(err).toMatch(
      /^ {2}ml-platform\/taken: backend\.pod\.extraEnv\.PORT: "1" is not allowed; allowed: a variable/m,
    );
    expect(existsSync(join(project, 'charts-out'))).toBe(false);
  });

  test('one wrong environment keeps all from being written', async () => {
    const { code, err } = await synth([], { VERSION: 'latest' });
    expect(code).toBe(1);
    expect(err).toMatch(/ml-platform\/prod: images\.tag: "latest" is not allowed.*refuse latest \(variable VERSION\)/);
    expect(existsSync(join(project, 'charts-out'))).toBe(false);
  });
});

test('cdk8s synth --output writes there and nowhere else', async () => {
  expect(await cdk8s(['--output', 'elsewhere'], { SYNTH_ENV: 'dev' })).toMatchObject({ code: 0 });
  expect(existsSync(join(project, 'elsewhere/ml-platform/dev/0-namespace-ml-platform.yaml'))).toBe(true);
  expect(existsSync(join(project, 'charts-out'))).toBe(false);
});

test('an unknown option is told, and --help tells all', async () => {
  expect(await synth(['--confg', 'x'])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/unknown option '--confg'\s+\(Did you mean --config\?\)/),
  });
  const { code, out } = await synth(['--help']);
  expect(code).toBe(0);
  for (const name of ['--config', 'SYNTH_CONFIG', 'K8S_NAMESPACE', 'INGRESS_DOMAIN']) expect(out).toContain(name);
  expect(existsSync(join(project, 'charts-out'))).toBe(false);
});
