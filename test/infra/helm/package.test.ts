import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readProject } from '../../../infra/charts/project.ts';
import { chartArchive } from '../../../infra/helm/archive.ts';
import { charts } from './charts.ts';
import { helms, objectsIn, template, withChart } from './render.ts';

const folder = mkdtempSync(join(tmpdir(), 'packages-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(charts)('the package of $name', async (chart) => {
  const { files, name } = chart;
  const path = join(folder, `${name}.tgz`);
  const bytes = await chartArchive(name, files);
  writeFileSync(path, bytes);

  test('is the same bytes again, in whatever order its files come', async () => {
    const reversed = new Map([...files].reverse());
    expect((await chartArchive(name, reversed)).equals(bytes)).toBe(true);
    const changed = new Map([...files, ['values.yaml', '# other\n']]);
    expect((await chartArchive(name, changed)).equals(bytes)).toBe(false);
  });

  test('holds every file but those for ci, sorted, of nobody and of no time', () => {
    const listed = execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--utc', '--file', path, '--gzip'], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
    const lines = listed.trim().split('\n');
    const kept = [...files.keys()].filter((file) => !file.startsWith('ci/')).map((file) => `${name}/${file}`);
    expect(lines.map((line) => line.split(' ').at(-1))).toEqual(kept.sort());
    for (const line of lines) expect(line).toMatch(/^-rw-r--r-- 0\/0 +\d+ 1970-01-01 00:00 /);
    // RFC 1952: no name, no time, no system.
    expect([...bytes.subarray(3, 8), bytes[9]]).toEqual([0, 0, 0, 0, 0, 255]);
  });

  test.each(helms)('helm $version shows, lints and renders it like the folder', ({ helm }) => {
    const said = execFileSync(helm, ['show', 'chart', path], { encoding: 'utf8' });
    expect(said).toContain(`version: ${readProject().version}\n`);
    execFileSync(helm, ['lint', '--strict', path], { stdio: 'pipe' });
    const rendered = withChart(chart, (unpacked) => template(helm, name, unpacked));
    expect(objectsIn(template(helm, name, path))).toEqual(objectsIn(rendered));
  });
});

test('a path longer than the 100 bytes of the oldest format is kept whole', async () => {
  const long = `templates/${'a'.repeat(120)}.yaml`;
  const path = join(folder, 'long.tgz');
  writeFileSync(path, await chartArchive('chart', new Map([[long, 'a: 1\n']])));
  const listed = execFileSync('tar', ['--list', '--file', path, '--gzip'], { encoding: 'utf8' });
  expect(listed.trim()).toBe(`chart/${long}`);
});

test('--help tells the options; an unknown one is a mistake of the user', () => {
  const run = (...args: string[]) =>
    execFileSync(process.execPath, ['infra/run.cjs', 'infra/charts/main.ts', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  expect(run('--help')).toContain('--destination');
  expect(() => run('--pakage')).toThrow(/unknown option '--pakage'\s+\(Did you mean --package/);
});
