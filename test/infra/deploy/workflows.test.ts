import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../../..');
const folder = join(root, '.github/workflows');

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { steps: { uses?: string; run?: string; with?: Record<string, unknown> }[] }>>;
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
