import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { onPath } from '../../tools/on-path.ts';
import { watched } from '../prometheus/server.ts';
import { own, type Subject } from '../subjects.ts';
import { promqlErrors } from './promql.ts';

const promtool = onPath('promtool');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const groupsIn = (subject: Subject): { rules: Rule[] }[] =>
  own(subject)
    .filter(({ kind }) => kind === 'PrometheusRule')
    .flatMap(({ spec }) => (spec as { groups: { rules: Rule[] }[] }).groups);
const rulesIn = (subject: Subject): Rule[] => groupsIn(subject).flatMap(({ rules }) => rules);

const dashboardsIn = (subject: Subject): KubeObject[] =>
  own(subject).filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.labels?.grafana_dashboard === '1');
const queriesIn = ({ data }: KubeObject): string[] =>
  Object.values(data as Record<string, string>).flatMap((text) =>
    (JSON.parse(text) as { panels: { targets: { expr: string }[] }[] }).panels.flatMap(({ targets }) =>
      targets.map(({ expr }) => expr),
    ),
  );

test('every query of every alert and every dashboard is PromQL', () => {
  expect(promqlErrors('sum(rate(a[5m]) by')).not.toEqual([]);
  const queries = watched.flatMap((subject) => [
    ...rulesIn(subject).map(({ expr }) => expr),
    ...dashboardsIn(subject).flatMap(queriesIn),
  ]);
  expect(queries.flatMap((query) => promqlErrors(query).map((error) => `${query}: ${error}`))).toEqual([]);
  expect(queries.length).toBeGreaterThan(80);
});

// The operator's are those of monitoring, which is there when the operator is not.
const telling = watched.filter(({ definition }) => definition.name !== 'training-operator');

describe.each(telling.map((subject) => ({ name: subject.definition.name, subject })))('$name', ({ name, subject }) => {
  const rules = rulesIn(subject);
  const series = parse(readFileSync(join(import.meta.dirname, `series/${name}.yaml`), 'utf8')) as Series;

  test('has alerts, each with a section in the runbooks that it links to, and a dashboard', () => {
    const runbooks = readFileSync('docs/runbooks.md', 'utf8');
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook_url?.split('#')[1]).toBe(alert.toLowerCase());
      expect(runbooks, alert).toContain(`\n## ${alert}\n`);
    }
    expect(rules.length).toBeGreaterThan(5);
    expect(dashboardsIn(subject)).not.toEqual([]);
  });

  test('has series for each alert by which it fires, and by which it is silent', () => {
    const expected = series.tests.flatMap(({ alert_rule_test }) => alert_rule_test);
    const without = (fires: boolean): string[] =>
      rules
        .map(({ alert }) => alert)
        .filter((alert) => !expected.some((each) => each.alertname === alert && Boolean(each.exp_alerts) === fires));
    expect({ neverFires: without(true), neverSilent: without(false) }).toEqual({ neverFires: [], neverSilent: [] });
  });

  test.skipIf(promtool === undefined)(
    `fires and is silent as it should, by promtool${promtool ? '' : ' (skipped: no promtool on PATH)'}`,
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'rules-'));
      try {
        writeFileSync(join(folder, 'rules.yaml'), JSON.stringify({ groups: groupsIn(subject) }));
        writeFileSync(join(folder, 'series.yaml'), JSON.stringify(annotated(series, rules)));
        const said = execFileSync(promtool ?? '', ['test', 'rules', 'series.yaml'], { cwd: folder, encoding: 'utf8' });
        expect(said).toContain('SUCCESS');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

interface Series {
  readonly tests: { readonly alert_rule_test: Expected[] }[];
}
interface Expected {
  readonly alertname: string;
  readonly exp_alerts?: { readonly exp_annotations: Readonly<Record<string, string>> }[];
}

/** With what each alert says beside its summary: promtool compares all of it. */
function annotated(series: Series, rules: readonly Rule[]): Series {
  const of = (alert: string) => rules.find((rule) => rule.alert === alert)?.annotations ?? {};
  const whole = ({ alertname, exp_alerts, ...test }: Expected): Expected => ({
    ...test,
    alertname,
    ...(exp_alerts && {
      exp_alerts: exp_alerts.map((each) => ({
        ...each,
        exp_annotations: { ...of(alertname), ...each.exp_annotations },
      })),
    }),
  });
  return {
    ...series,
    tests: series.tests.map((each) => ({ ...each, alert_rule_test: each.alert_rule_test.map(whole) })),
  };
}
