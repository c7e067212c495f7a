import { describe, expect, test } from 'vitest';
import type { Layer } from '../../../infra/settings/layers.ts';
import { loadSettings } from '../../../infra/settings/load.ts';
import { describeMistake } from '../../../infra/settings/mistakes.ts';
import { nearest } from '../../../infra/settings/nearest.ts';
import { settings as forecasting } from '../../../infra/stacks/flts/settings.ts';
import { settings } from '../../../infra/stacks/ml-platform/settings.ts';

const load = (...values: unknown[]) =>
  loadSettings(
    settings,
    values.map((each, index): Layer => ({ source: `layer ${index + 1}`, values: each })),
  );
function mistakes(...values: unknown[]): string[] {
  const loaded = load(...values);
  return loaded.ok ? [] : loaded.mistakes.map(describeMistake);
}
function right(...values: unknown[]) {
  const loaded = load(...values);
  if (!loaded.ok) throw new Error(loaded.mistakes.map(describeMistake).join('\n'));
  return loaded.settings;
}

describe('layers', () => {
  test('the defaults are those of the documentation', () => {
    const { backend, database, exposure, frontend, images, namespace } = right();
    expect(namespace.name).toBe('ml-platform');
    expect(images).toMatchObject({ tag: 'latest', registry: '' });
    expect(exposure.ingress.host).toBe('ml-platform-api.example.com');
    expect(exposure.nodePort).toEqual({ backend: 30_180, frontend: 30_181, progress: 30_182 });
    expect(backend.resources).toEqual({
      requests: { cpu: '500m', memory: '512Mi' },
      limits: { cpu: '1000m', memory: '1Gi' },
    });
    expect(frontend.resources).toEqual({
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: '200m', memory: '256Mi' },
    });
    expect(database.resources).toEqual({
      requests: { cpu: '250m', memory: '256Mi' },
      limits: { cpu: '500m', memory: '512Mi' },
    });
    expect(database).toMatchObject({
      mode: 'bundled',
      database: 'training_jobs',
      user: 'mlplatform',
      volume: { size: '10Gi' },
    });
  });

  test('a later one lays over field by field, and replaces lists', () => {
    const loaded = right(
      { backend: { replicas: 2, corsOrigins: ['https://a.example.com'] } },
      { backend: { corsOrigins: ['https://b.example.com'] } },
    );
    expect(loaded.backend).toMatchObject({ replicas: 2, corsOrigins: ['https://b.example.com'] });
  });

  test('what a layer leaves out stays as it was below', () => {
    expect(right({ backend: { replicas: 2 } }, { backend: undefined }, {}).backend.replicas).toBe(2);
  });
});

describe('mistakes', () => {
  test('are all told at once, with path, value, what is allowed and who said so', () => {
    expect(
      mistakes(
        { backend: { replicas: 2 } },
        { backend: { replicas: 99, logLevel: 'loud' }, namespace: { name: 'My Team' } },
      ),
    ).toEqual([
      expect.stringMatching(/^namespace\.name: "My Team" is not allowed; allowed: a DNS label.* \(layer 2\)$/),
      'backend.replicas: 99 is not allowed; allowed: a whole number from 1 to 50 (layer 2)',
      expect.stringMatching(/^backend\.logLevel: "loud" is not allowed; allowed: "trace", "debug"/),
    ]);
  });

  test('suggest the key that was meant', () => {
    expect(mistakes({ frontend: { replicsa: 2 } })).toEqual([
      expect.stringMatching(
        /^frontend\.replicsa: there is no such setting; there are image, replicas,.*; did you mean "replicas"\?/,
      ),
    ]);
  });

  test('are not made by a number that stands for a text', () => {
    const resources = { requests: { cpu: 0.25, memory: 134_217_728 }, limits: { cpu: 2 } };
    expect(right({ backend: { resources } }).backend.resources).toEqual({
      requests: { cpu: '0.25', memory: '134217728' },
      limits: { cpu: '2', memory: '1Gi' },
    });
    expect(mistakes({ backend: { resources: { limits: { cpu: -2 } } } })[0]).toMatch(
      /limits\.cpu: -2 is not allowed; allowed: CPUs such as 500m, 0\.5 or 2/,
    );
    expect(mistakes({ images: { tag: 2 } })[0]).toMatch(
      /images\.tag: 2 is not allowed; allowed: an image tag \(text: in quotes/,
    );
  });

  test('of what an API server would refuse in a pod are told with their place', () => {
    const pod = {
      tolerations: [
        { key: 'gpu', operator: 'Exists', value: 'yes' },
        { value: 'yes' },
        { operator: 'Exists' },
        { key: 'gpu', value: 'yes' },
      ],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabel: { app: 'x' } } },
          ],
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 100, podAffinityTerm: { topologyKey: 'topology.kubernetes.io/zone' } },
          ],
        },
        podAfinity: {},
      },
    };
    expect(mistakes({ backend: { pod } })).toEqual([
      'backend.pod.tolerations.0.value: "yes" is not allowed; allowed: no value with the operator Exists (layer 1)',
      'backend.pod.tolerations.1: {"value":"yes"} is not allowed; allowed: one with a key, or with the operator Exists (layer 1)',
      expect.stringMatching(
        /^backend\.pod\.affinity\.podAfinity: there is no such setting; .*; did you mean "podAffinity"\? \(layer 1\)$/,
      ),
      expect.stringMatching(
        /^backend\.pod\.affinity\.podAntiAffinity\..*\.0\.labelSelector: .* allowed: no matchLabel \(layer 1\)$/,
      ),
    ]);
  });

  test('name the place in a list and the key of a map', () => {
    const told = mistakes({ karmada: { apiServer: { cidrs: ['10.0.0.0/8', 'any'] } }, commonLabels: { 'a b': 'x' } });
    expect(told).toEqual([
      expect.stringMatching(/^commonLabels\.a b: a label key/),
      expect.stringMatching(/^karmada\.apiServer\.cidrs\.1: "any" is not allowed; allowed: an address range/),
    ]);
  });

  test('tell the wrong section as a whole', () => {
    expect(mistakes({ images: 'mine' })[0]).toMatch(
      /^images: "mine" is not allowed; allowed: an object with some of registry, tag/,
    );
    expect(mistakes('all of it')[0]).toMatch(/^\(all\): "all of it" is not allowed/);
  });

  test('of rules between fields are told together with wrong fields', () => {
    const told = mistakes({
      production: true,
      images: { tag: 'latest' },
      backend: { replicas: 'two', autoscaling: { enabled: true, maxReplicas: 1 } },
      frontend: { resources: { requests: { memory: '1Gi' } } },
      exposure: { type: 'nodePort', nodePort: { backend: 30_181 } },
    });
    expect(told).toHaveLength(4);
    expect(told.join('\n')).toMatch(/backend\.replicas: "two"/);
    expect(told.join('\n')).toMatch(/images\.tag: "latest" is not allowed; allowed: a version that is pinned/);
    expect(told.join('\n')).toMatch(/frontend\.resources\.limits\.memory:.*at least the request, which is 1Gi/);
    expect(told.join('\n')).toMatch(
      /exposure\.nodePort\.frontend:.*a port other than that of exposure\.nodePort\.backend/,
    );
  });

  test('of a rule between fields are told once', () => {
    expect(mistakes({ production: true, images: { tag: 'latest' } })).toHaveLength(1);
  });

  test('of rules between fields are told together with a wrong entry of a list, but of no rule about that list', () => {
    const loaded = loadSettings(forecasting, [
      {
        source: 'my.yaml',
        values: {
          kafka: { topics: [{ name: 'mine', partitions: 0 }] },
          training: { topic: 'mine', resultTopic: 'mine' },
          images: { pullPolicy: 'Always' },
        },
      },
    ]);
    expect(loaded.ok ? [] : loaded.mistakes.map(({ path }) => path)).toEqual([
      'kafka.topics.0.partitions',
      'images.pullPolicy',
    ]);
  });

  test('of an autoscaler below its replicas', () => {
    expect(mistakes({ backend: { replicas: 7, autoscaling: { enabled: true } } })[0]).toMatch(
      /autoscaling\.maxReplicas:.*at least replicas, which is 7/,
    );
  });

  test('of two extra volumes in one place', () => {
    const volume = (name: string) => ({ name, mountPath: '/x', kind: 'secret', source: 'x' });
    expect(mistakes({ backend: { pod: { extraVolumes: [volume('a'), volume('b')] } } })[0]).toMatch(
      /extraVolumes\.1\.mountPath: "\/x".*no other extra volume/,
    );
  });
});

test.each([
  ['replcas', 'replicas'],
  ['bakend', 'backend'],
  ['storge', 'storage'],
  ['Production', 'production'],
  ['zzz', undefined],
])('%s is nearest to %s', (word, expected) => {
  expect(nearest(word, ['replicas', 'backend', 'storage', 'production', 'frontend'])).toBe(expected);
});
