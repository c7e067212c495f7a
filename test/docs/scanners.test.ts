import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NOT_FOLLOWED } from '../infra/rules/not-followed.ts';
import { all, environments, subjectOf } from '../infra/subjects.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/scanners.md'), 'utf8');

/** The rules of the page's tables: below the heading of a scanner, or behind its name. */
const told = page.split(/^## /m).flatMap((section) => {
  const [scanner = ''] = section.split('\n');
  return [...section.matchAll(/^\| `([^|]+)` \| [^|]+ \|$/gm)].flatMap(([, rules = '']) =>
    rules.split('`, `').map((rule) => `${scanner} ${rule}`),
  );
});

describe('the rules that are not followed', () => {
  test('stand on the page, each once', () => {
    expect([...told].sort()).toEqual(Object.keys(NOT_FOLLOWED).sort());
  });

  test('are broken in some environment: what is followed by now is on no list', () => {
    const found = environments.map(({ definition, values }) => all(subjectOf(definition, values)));
    const followed = Object.entries(NOT_FOLLOWED).filter(([, finds]) =>
      found.every((objects) => !finds(objects).length),
    );
    expect(followed.map(([rule]) => rule)).toEqual([]);
  });
});

const kubeScore = process.env.KUBE_SCORE ?? 'kube-score';
const hasKubeScore = spawnSync(kubeScore, ['version']).status === 0;

interface Scored {
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
  }[];
}

/** What it finds in an environment, as "<rule>"; of objects that charts of others bring, nothing. */
function foundBy(folder: string): string[] {
  const options = ['--output-format', 'json', '--kubernetes-version', 'v1.28', '--all-default-optional'];
  const { stdout } = spawnSync('sh', ['-c', `"$0" score ${options.join(' ')} ${folder}/*.yaml`, kubeScore], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const scored = JSON.parse(stdout) as Scored[] | null;
  return (scored ?? []).flatMap(({ checks }) =>
    checks.filter(({ grade, skipped }) => !skipped && grade < 10).map(({ check }) => `kube-score ${check.id}`),
  );
}

test.skipIf(!hasKubeScore)('kube-score finds nothing else', () => {
  const folders = execFileSync('git', ['ls-files', 'charts-out/*/*/Kustomization'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((path) => path.slice(0, path.lastIndexOf('/')))
    // Its policies and its Ingress are for pods and Services of the charts of others.
    .filter((folder) => !folder.startsWith('charts-out/monitoring/'));
  const found = new Set(folders.flatMap(foundBy));
  expect([...found].filter((rule) => !told.includes(rule))).toEqual([]);
});
