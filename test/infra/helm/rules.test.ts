import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { breachesOf, type FieldRule, ownRulesOf, pathsOf } from '../../../infra/data/field-rules.ts';
import { atPath } from '../../../infra/settings/layers.ts';
import { loadSettings } from '../../../infra/settings/load.ts';
import { describeMistake } from '../../../infra/settings/mistakes.ts';
import { commonRulesFor } from '../../../infra/settings/rules.ts';
import { charts } from './charts.ts';
import { helms, valuesFor, withChart } from './render.ts';

// What is wrong between two settings: program and charts refuse the same, in the same words.

/** Settings that break the rule and no schema. */
function broken({ path, refuses, when }: FieldRule): object[] {
  const given = when ? [atPath(when.path, when.is)] : [];
  const pairs: [string, unknown][] =
    'belowAmount' in refuses
      ? path.endsWith('cpu')
        ? [
            [path, '999m'],
            [refuses.belowAmount, '1'],
          ]
        : [
            [path, '1023Mi'],
            [refuses.belowAmount, '1Gi'],
          ]
      : 'belowNumber' in refuses
        ? [
            [path, 2],
            [refuses.belowNumber, 3],
          ]
        : 'sameNumber' in refuses
          ? [
              [path, 30_500],
              [refuses.sameNumber, 30_500],
            ]
          : 'notNamedIn' in refuses
            ? [[path, 'no-such-name']]
            : [[path, refuses.value]];
  return [...given, ...pairs.map(([where, value]) => atPath(where, value) as object)] as object[];
}

/** What breaks no rule in production. */
const RIGHT = { images: { tag: 'v1' } };

const isSharedWhen = (path: string, { when }: FieldRule, other: FieldRule): boolean =>
  when?.path === path && isDeepStrictEqual(when, other.when);

/** Settings over each other, field by field. */
function merged(all: readonly object[]): Record<string, unknown> {
  return all.reduce<Record<string, unknown>>((below, above) => {
    for (const [key, value] of Object.entries(above)) {
      const inner = below[key];
      const deeper = isMap(inner) && isMap(value);
      below[key] = deeper ? merged([structuredClone(inner), value]) : value;
    }
    return below;
  }, {});
}

const isMap = (value: unknown): value is object => value !== null && typeof value === 'object' && !Array.isArray(value);

function toldBy(helm: string, chart: (typeof charts)[number], values: unknown): string[] {
  return withChart(chart, (folder) => {
    try {
      execFileSync(helm, ['template', chart.name, folder, '--values', '-'], {
        input: JSON.stringify(values),
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      return [];
    } catch (error) {
      const { stderr } = error as { stderr: Buffer };
      return stderr
        .toString()
        .split('\n')
        .filter((line) => line.includes(' is not allowed; allowed: '));
    }
  });
}

describe.each(charts.filter(({ folder }) => folder === ''))('$name', (chart) => {
  const { definition, files } = chart;
  const defaults = definition.settings.parse({});
  const isValue = (path: string) => {
    const marked = valuesFor({ name: chart.name, files }, atPath(path, 'here'));
    return Object.keys(marked).length > 0;
  };
  const rules = [...commonRulesFor(defaults), ...ownRulesOf(definition.settings)].filter((rule) =>
    pathsOf(rule).every(isValue),
  );
  // Rules of which no two speak of the same setting can be broken together, and those that hold under one condition.
  const groups = rules.reduce<FieldRule[][]>((all, rule) => {
    const free = all.find((group) => {
      return !group.some((other) =>
        pathsOf(other).some((path) => pathsOf(rule).includes(path) && !isSharedWhen(path, rule, other)),
      );
    });
    if (free) free.push(rule);
    else all.push([rule]);
    return all;
  }, []);

  test('has rules, and its defaults keep them', () => {
    expect(rules.length).toBeGreaterThan(4);
    expect(rules.flatMap((rule) => breachesOf(rule, defaults))).toEqual([]);
  });

  test.each(helms)(
    'what breaks a rule is refused by the program and by helm $version in the same words',
    ({ helm }) => {
      for (const group of groups) {
        const settings = merged([RIGHT, ...group.flatMap(broken)]);
        const loaded = loadSettings(definition.settings, [{ source: '', values: settings }]);
        const told = loaded.ok ? [] : loaded.mistakes.map(({ source: _, ...mistake }) => describeMistake(mistake));
        expect(told.length).toBeGreaterThanOrEqual(group.length);
        expect(toldBy(helm, chart, valuesFor(chart, settings)).sort()).toEqual(told.sort());
      }
    },
  );
});
