import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { monitoring } from '../../../infra/stacks/monitoring/index.ts';
import { chartNames, PORTS } from '../../../infra/stacks/monitoring/names.ts';
import type { Settings } from '../../../infra/stacks/monitoring/settings.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { kubernetesTool } from '../../tools/kubernetes-tools.ts';
import { settingsOf } from '../subjects.ts';

/**
 * The chart of its makers, with the charts that it has as parts: `helm pull --untar`, of the version in settings.ts. It is no
 * part of this repository.
 */
const chart = process.env.KUBE_PROMETHEUS_STACK ?? '';
const helm = kubernetesTool('helm4');
const isThere = existsSync(join(chart, 'Chart.yaml')) && helm !== undefined;
const WHERE = isThere ? '' : ' (skipped: KUBE_PROMETHEUS_STACK names no folder of the chart, or there is no helm)';

const all = Object.entries({ ...monitoring.environments, ...monitoring.examples }).flatMap(([name, values]) => {
  const settings = settingsOf(monitoring as unknown as StackDefinition, values) as Settings;
  return settings.prometheusStack.install === 'none' ? [] : [{ name, settings }];
});

const valuesFor = (settings: Settings): object =>
  monitoring.foreignCharts?.(settings).find(({ name }) => name === 'kube-prometheus-stack')?.values ?? {};

describe.skipIf(!isThere)(`the chart of its makers${WHERE}`, () => {
  test('is of the version that we set', () => {
    const { version } = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) as { version: string };
    expect(all[0]?.settings.prometheusStack.version).toBe(version);
  });

  test.each(all)('has every value that we set ($name)', ({ settings }) => {
    const read = (file: string) => parse(readFileSync(join(chart, file), 'utf8')) as object;
    const grafana = read('charts/grafana/values.yaml');
    // What the chart says of the chart of Grafana that it has as a part is laid over what that says itself.
    const known = [read('values.yaml'), { grafana }, { grafana: { 'grafana.ini': {} } }];
    const unknown = known.map((each) => unknownIn(valuesFor(settings), each));
    const nowhere = unknown[0]?.filter((path) => unknown.every((paths) => paths.some((each) => path.startsWith(each))));
    expect(nowhere).toEqual([]);
  });

  // helm holds the values to the schemas that the charts bring, and renders nothing otherwise.
  describe.each(all)('with the values of $name', ({ settings }) => {
    const objects = isThere ? rendered(settings) : [];
    const find = (kind: string, name: string) =>
      objects.find((each) => each.kind === kind && each.metadata.name === name) as KubeObject & { spec: Spec };
    const names = chartNames(settings);
    const alerts = settings.alertmanager.enabled;

    test('its Services are called as our objects call them', () => {
      const port = (name: string) => find('Service', name)?.spec.ports[0]?.port;
      expect(port(names.grafana)).toBe(PORTS.grafanaService);
      expect(port(names.prometheus)).toBe(PORTS.prometheus);
      expect(port(names.alertmanager)).toBe(alerts ? PORTS.alertmanager : undefined);
    });

    test('its pods have the labels by which our NetworkPolicies select them', () => {
      const { alertmanager, grafana, kubeStateMetrics, operator, prometheus } = names.pods;
      const selector = (name: string) => find('Service', name)?.spec.selector;
      expect(selector(names.grafana)).toEqual(grafana);
      expect(selector(names.prometheus)).toEqual(prometheus);
      if (alerts) expect(selector(names.alertmanager)).toEqual(alertmanager);
      const { release } = settings.prometheusStack;
      const pods = (kind: string, name: string) => find(kind, `${release}-${name}`).spec.template.metadata.labels;
      expect(pods('Deployment', 'kube-state-metrics')).toMatchObject(kubeStateMetrics);
      expect(pods('Deployment', 'kube-prometheus-operator')).toMatchObject(operator);
      expect(pods('Job', 'kube-prometheus-admission-create')).toMatchObject(operator);
    });

    test('Prometheus picks up the monitors and rules of every stack', () => {
      const { ruleNamespaceSelector, ruleSelector, serviceMonitorNamespaceSelector, serviceMonitorSelector } = find(
        'Prometheus',
        names.prometheus,
      ).spec;
      const everything = [ruleNamespaceSelector, ruleSelector, serviceMonitorNamespaceSelector, serviceMonitorSelector];
      expect(everything).toEqual([{}, {}, {}, {}]);
    });

    test("Grafana's password is in no object, and Grafana has what we set", () => {
      const secrets = objects.filter(({ kind }) => kind === 'Secret');
      expect(secrets.flatMap(({ data }) => Object.keys(data as object))).toEqual(alerts ? ['alertmanager.yaml'] : []);
      const containers = find('Deployment', names.grafana).spec.template.spec.containers;
      const env = containers.flatMap((each: Spec): Spec[] => each.env ?? []);
      const password = env.find(({ name }: Spec) => name === 'GF_SECURITY_ADMIN_PASSWORD');
      expect(password?.valueFrom?.secretKeyRef).toEqual({ name: settings.grafana.secret, key: 'admin-password' });
      expect(env).toContainEqual({ name: 'LABEL', value: 'grafana_dashboard' });
      const ini = String((find('ConfigMap', names.grafana).data as Record<string, string>)['grafana.ini']);
      expect(ini).toMatch(/\[auth\.anonymous\]\nenabled = false/);
      expect(ini).toMatch(/content_security_policy = true/);
      expect(find('Service', names.grafana).spec.type).toBe('ClusterIP');
    });

    test('nothing of the chart is reached from outside', () => {
      expect(objects.filter(({ kind }) => ['Ingress', 'HTTPRoute', 'Gateway'].includes(kind))).toEqual([]);
      const types = objects.filter(({ kind }) => kind === 'Service').map(({ spec }) => (spec as Spec).type);
      expect(types.filter((type) => type !== undefined && type !== 'ClusterIP')).toEqual([]);
    });
  });
});

// biome-ignore lint/suspicious/noExplicitAny: of many kinds, read for a few fields; a wrong guess fails the test.
type Spec = any;

function rendered(settings: Settings): KubeObject[] {
  const { namespace, prometheusStack } = settings;
  const output = execFileSync(
    helm ?? '',
    ['template', prometheusStack.release, chart, '--namespace', namespace.name, '--values', '-'],
    { input: JSON.stringify(valuesFor(settings)), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return parseAllDocuments(output)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}

/** Paths of what is given and not known; below an empty object anything is. */
function unknownIn(given: object, known: object, path = ''): string[] {
  if (Object.keys(known).length === 0) return [];
  return Object.entries(given).flatMap(([key, value]) => {
    if (!(key in known)) return [`${path}${key}`];
    const below = (known as Record<string, unknown>)[key];
    if (!isRecord(value) || !isRecord(below)) return [];
    return unknownIn(value, below, `${path}${key}.`);
  });
}

const isRecord = (value: unknown): value is object =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
