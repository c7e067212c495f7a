import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../../..');
const folder = join(root, '.github/workflows');

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes': number;
  readonly needs?: string | readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly { uses?: string; run?: string; with?: Record<string, unknown> }[];
}

const workflows = readdirSync(folder).map((file) => ({
  file,
  workflow: parse(readFileSync(join(folder, file), 'utf8')) as Workflow,
}));
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as Record<string, string>;

test.each(workflows)('$file starts only what is there, with no more rights than it says', ({ workflow }) => {
  expect(workflow.permissions.contents).toBe('read');
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  for (const { run = '', uses = '', with: inputs } of steps) {
    for (const [, script] of run.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([String(script)]);
    for (const [, file] of run.matchAll(/bash (\S+)/g)) expect(existsSync(join(root, String(file)))).toBe(true);
    // Text of a pull request's author inside a script would be run.
    expect(run).not.toContain('${{');
    if (uses.startsWith('actions/checkout')) expect(inputs).toMatchObject({ 'persist-credentials': false });
  }
});

test.each(workflows)('$file is a workflow that GitHub takes', ({ workflow }) => {
  expect(Object.keys(workflow.on).length).toBeGreaterThan(0);
  const names = Object.keys(workflow.jobs);
  for (const job of Object.values(workflow.jobs)) {
    expect(job['runs-on']).toBe('ubuntu-latest');
    expect(job['timeout-minutes']).toBeGreaterThan(0);
    expect(names).toEqual(expect.arrayContaining([job.needs ?? []].flat()));
    for (const { run, uses } of job.steps) {
      expect([run, uses].filter((each) => each !== undefined)).toHaveLength(1);
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+/);
    }
  }
});

test('what is published is what a tag names, and what the command line of both programs knows', () => {
  const publish = workflows.find(({ file }) => file === 'publish.yml')?.workflow;
  expect(publish?.on).toEqual({ push: { tags: ['v*'] } });
  const images = Object.values(publish?.jobs ?? {}).find(({ env }) => env?.PLATFORMS !== undefined);
  expect(Object.keys(images?.env ?? {}).sort()).toEqual(['DOCKER_REGISTRY', 'PLATFORMS', 'VERSION']);
  const source = readFileSync(join(root, 'infra/images/images.ts'), 'utf8');
  for (const variable of Object.keys(images?.env ?? {})) expect(source).toContain(`.env('${variable}')`);
});
