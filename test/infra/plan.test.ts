import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Choice } from '../../infra/options.ts';
import { chosenStack, plan } from '../../infra/plan.ts';
import { settingsReference } from '../../infra/synth/settings-reference.ts';

const folder = mkdtempSync(join(tmpdir(), 'plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const planned = (given: Choice = {}, variables: Record<string, string> = {}) =>
  plan(given, variables).map(({ definition, environment, settings }) => ({
    name: `${definition.name}/${environment}`,
    // biome-ignore lint/suspicious/noExplicitAny: settings of any stack, looked into by the tests.
    settings: settings as any,
  }));

describe('what is planned', () => {
  test('without options: every environment of every stack', () => {
    const names = planned().map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['ml-platform/dev', 'ml-platform/prod']));
  });

  test('-e: only the environments of that name; --stack: only that stack', () => {
    expect(planned({ stack: 'ml-platform', environment: 'dev' }).map(({ name }) => name)).toEqual(['ml-platform/dev']);
  });

  test('--config: an environment named as the file, on the defaults', () => {
    const [mine] = planned({ config: file('mine.yaml', 'backend: { replicas: 4 }') });
    expect(mine?.name).toBe('ml-platform/mine');
    expect(mine?.settings.backend.replicas).toBe(4);
    expect(mine?.settings.production).toBe(false);
  });

  test('--config over -e, which wins over the extends of the file', () => {
    const config = file('over.yaml', 'extends: dev\nimages: { registry: mirror.example.com }');
    expect(planned({ config })[0]?.settings).toMatchObject({ production: false, exposure: { type: 'nodePort' } });
    expect(planned({ config, environment: 'prod', name: 'other' })[0]).toMatchObject({
      name: 'ml-platform/other',
      settings: { production: true, images: { registry: 'mirror.example.com', tag: '0.1.0' } },
    });
  });

  test('an empty file is an environment of defaults', () => {
    expect(planned({ config: file('empty.yaml', '') })).toHaveLength(1);
  });

  test('every documented variable overrides its setting, file or no file', () => {
    const variables = {
      K8S_NAMESPACE: 'team-a',
      DOCKER_REGISTRY: 'r.example.com:5000/x',
      VERSION: '1.2.3',
      INGRESS_DOMAIN: 'ml.example.org',
      IMAGE_PULL_POLICY: 'Always',
      STORAGE_CLASS: 'hostpath',
    };
    const config = file('vars.yaml', 'namespace: { name: not-this }');
    expect(planned({ config }, variables)[0]?.settings).toMatchObject({
      namespace: { name: 'team-a' },
      images: { registry: 'r.example.com:5000/x', tag: '1.2.3', pullPolicy: 'Always' },
      exposure: { ingress: { host: 'ml.example.org' } },
      storage: { className: 'hostpath' },
    });
  });

  test('a variable that is set and empty counts as not set', () => {
    const [dev] = planned({ stack: 'ml-platform', environment: 'dev' }, { VERSION: '', K8S_NAMESPACE: '' });
    expect(dev?.settings).toMatchObject({ images: { tag: 'latest' }, namespace: { name: 'ml-platform' } });
  });
});

describe('what is refused, and how it is told', () => {
  const refused: { what: string; given: () => Choice; told: RegExp }[] = [
    {
      what: 'a stack that is not there',
      given: () => ({ stack: 'ml-platfrom' }),
      told: /no stack "ml-platfrom"; there are .*Did you mean "ml-platform"\?/,
    },
    {
      what: 'an environment that is not there',
      given: () => ({ environment: 'prdo' }),
      told: /no environment "prdo".*Did you mean "prod"\?/,
    },
    {
      what: 'a base that is not there',
      given: () => ({ config: file('a.yaml', 'extends: production') }),
      told: /no environment "production"; there are dev, prod/,
    },
    {
      what: 'a file that is not there',
      given: () => ({ config: join(folder, 'nowhere.yaml') }),
      told: /nowhere\.yaml/,
    },
    { what: 'a file that is no YAML', given: () => ({ config: file('b.yaml', 'a: [') }), told: /b\.yaml: / },
    { what: 'a file that is a list', given: () => ({ config: file('c.yaml', '- a') }), told: /must hold settings/ },
    {
      what: 'a file named as an environment',
      given: () => ({ config: file('prod.yaml', '') }),
      told: /prod is an environment of ml-platform already/,
    },
    {
      what: 'a file whose name cannot be a folder',
      given: () => ({ config: file('My Env.yaml', '') }),
      told: /"My Env" cannot name an environment/,
    },
    {
      what: 'a name without a file',
      given: () => ({ name: 'x' }),
      told: /--name names the environment of a --config file/,
    },
  ];
  test.each(refused)('$what', ({ given, told }) => {
    expect(() => planned(given())).toThrow(told);
  });

  test('two parts that keep what the deploy command makes under one key of one Secret', () => {
    const config = file(
      'one-secret.yaml',
      'database: { secret: { name: mine } }\nmlflowDatabase: { secret: { name: mine } }',
    );
    expect(() => planned({ stack: 'flts', config })).toThrow(/Secret mine, key .*name another Secret for one/);
  });

  test('a wrong variable names itself', () => {
    expect(() => planned({ environment: 'dev' }, { IMAGE_PULL_POLICY: 'Sometimes' })).toThrow(
      /images\.pullPolicy: "Sometimes" is not allowed; allowed: "IfNotPresent", "Always", "Never" \(variable IMAGE_PULL_POLICY\)/,
    );
  });
});

test('the printed reference of a stack is a config file that changes nothing', () => {
  const defaults = planned({ config: file('defaults.yaml', '') })[0]?.settings;
  const reference = settingsReference(chosenStack());
  expect(planned({ config: file('reference.yaml', reference) })[0]?.settings).toEqual(defaults);
  expect(reference).toMatch(/ {2}# Number of pods\. Allowed: a whole number from 1 to 50\.\n {2}replicas: 1\n/);
});
