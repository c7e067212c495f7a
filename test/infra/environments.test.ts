import { describe, expect, test } from 'vitest';
import { exampleEnvironments } from './example-environments.ts';
import { inventory } from './inventory.ts';
import { rules } from './rules/index.ts';
import { podsOf } from './rules/pods.ts';
import { nodePorts } from './rules/ports.ts';
import { all, environments, own, subject, subjectOf } from './subjects.ts';

describe.each(environments)('$title', ({ definition, environment, values }) => {
  const subject = subjectOf(definition, values);

  test.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(subject)).toEqual([]);
  });

  test('the inventory is as reviewed', async () => {
    await expect(inventory(subject)).toMatchFileSnapshot(`__snapshots__/${definition.name}-${environment}.txt`);
  });
});

test('no two stacks want the same NodePort in environments of one name', () => {
  const opened = environments.flatMap(({ definition, environment, values }) =>
    nodePorts(subjectOf(definition, values)).map(({ port }) => `${environment} ${port}`),
  );
  expect(opened).toEqual([...new Set(opened)]);
});

describe.each(exampleEnvironments)('$title, an example', ({ definition, settings }) => {
  const made = subject(definition, settings);

  test.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(made)).toEqual([]);
  });
});

/** What is particular to an example, and would be missed if it were gone. */
describe('of the examples', () => {
  const of = (title: string) => {
    const { definition, settings } = exampleEnvironments.find((each) => each.title === title) ?? expect.fail(title);
    return subject(definition, settings);
  };

  test('the one without a way out has every image from its own registry', () => {
    const images = JSON.stringify(all(of('ml-platform/air-gap'))).match(/"(image|[A-Z_]*IMAGE)":"[^"]+"/g) ?? [];
    expect(images.filter((image) => !image.includes('registry.intern.example.com'))).toEqual([]);
    expect(images.length).toBeGreaterThan(5);
  });

  test('the one with a database elsewhere has none of its own, and no Secret but from the store', () => {
    const objects = own(of('ml-platform/external-database'));
    expect(objects.filter(({ kind }) => ['StatefulSet', 'PersistentVolumeClaim', 'Cluster'].includes(kind))).toEqual(
      [],
    );
    expect(objects.filter(({ kind }) => kind === 'ExternalSecret').map(({ metadata }) => metadata.name)).toContain(
      'company-postgres',
    );
  });

  test('the one of CloudNativePG reaches an API server on 443, and backs up as its pods', () => {
    const objects = own(of('ml-platform/gke-cloudnativepg'));
    const cluster = JSON.stringify(objects.find(({ kind }) => kind === 'Cluster')?.spec);
    expect(cluster).toContain('gs://example-backups/ml-platform');
    expect(cluster).toContain('gkeEnvironment');
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.filter(({ spec }) => JSON.stringify(spec).includes('172.16.0.0/28')).length).toBeGreaterThan(0);
  });

  test('the one in a shared namespace writes nothing without its prefix, and not the namespace', () => {
    const objects = own(of('preempt/shared-namespace'));
    expect(objects.filter(({ metadata }) => !metadata.name.startsWith('team-a-')).map(({ kind }) => kind)).toEqual([]);
    expect(objects.some(({ metadata }) => metadata.namespace !== 'shared')).toBe(false);
    expect(podsOf(objects).length).toBeGreaterThan(5);
  });

  test('the one of the Gateway API has a route with all its hosts, and lets in where the proxies run', () => {
    const objects = own(of('ml-platform/gateway-api'));
    const route = objects.find(({ kind }) => kind === 'HTTPRoute')?.spec;
    expect(route).toMatchObject({
      hostnames: ['ml.example.com', '*.ml.example.com'],
      parentRefs: [{ name: 'public' }],
    });
    expect(objects.some(({ kind }) => kind === 'Ingress')).toBe(false);
    expect(JSON.stringify(objects.filter(({ kind }) => kind === 'NetworkPolicy'))).toContain('envoy-gateway-system');
  });

  test('the one of both families asks for both in every Service with an address', () => {
    const services = own(of('preempt/dual-stack')).filter(({ kind }) => kind === 'Service');
    const families = services
      .map(({ spec }) => spec as { clusterIP?: string; ipFamilyPolicy?: string })
      .filter(({ clusterIP }) => clusterIP !== 'None')
      .map(({ ipFamilyPolicy }) => ipFamilyPolicy);
    expect(new Set(families)).toEqual(new Set(['PreferDualStack']));
  });

  test('the one of IPv6 alone names what it named itself by addresses of that family', () => {
    const policies = own(of('ml-platform/ipv6-only')).filter(({ kind }) => kind === 'NetworkPolicy');
    expect(JSON.stringify(policies)).toContain('2001:db8:40::/64');
    expect(JSON.stringify(policies)).not.toMatch(/"cidr":"(10|172|192)\./);
  });
});
