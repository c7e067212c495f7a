import { describe, expect, test } from 'vitest';
import { external } from '../../../infra/constructs/endpoint.ts';
import { StackNamespace } from '../../../infra/constructs/namespace.ts';
import { tcp } from '../../../infra/constructs/probes.ts';
import type { Stack } from '../../../infra/constructs/stack.ts';
import { WebService, type WebServiceProps } from '../../../infra/constructs/web-service.ts';
import { image, resources } from '../../../infra/settings/fragments.ts';
import { build, env, extrasOf } from './build.ts';

const small = resources({ cpu: '10m', memory: '16Mi' }, { cpu: '10m', memory: '16Mi' }).parse({});
const service = (stack: Stack, name: string, more: Partial<WebServiceProps> = {}) =>
  new WebService(stack, name, {
    title: name,
    component: 'x',
    image: image({ repository: name }).parse({}),
    user: 1,
    replicas: 1,
    resources: small,
    extras: extrasOf(),
    ports: { http: 8000 },
    servicePorts: { http: 80 },
    probes: { liveness: tcp(8000), readiness: tcp(8000) },
    ...more,
  });
const podsOf = (name: string) => ({
  podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'test', 'app.kubernetes.io/name': name } },
});
const at = (port: number) => [{ port, protocol: 'TCP' }];

describe('one declaration, from either side', () => {
  const { find } = build((stack) => {
    const shop = service(stack, 'shop');
    service(stack, 'till', {
      talksTo: [{ to: shop.endpoint('http'), env: ({ host, port }) => ({ SHOP: `${host}:${port}` }), waitSeconds: 30 }],
    });
    service(stack, 'stranger');
  });

  test('lets the client out and in, at the port of the pods', () => {
    expect(find('NetworkPolicy', 'till').spec.egress).toEqual([{ to: [podsOf('shop')], ports: at(8000) }]);
    expect(find('NetworkPolicy', 'shop').spec.ingress).toEqual([{ from: [podsOf('till')], ports: at(8000) }]);
  });

  test('gives the client the address of the Service, and makes it wait for that', () => {
    const { containers, initContainers } = find('Deployment', 'till').spec.template.spec;
    expect(env(containers[0])).toEqual({ SHOP: 'shop:80' });
    expect(initContainers[0].name).toBe('wait-for-shop');
    expect(initContainers[0].command.slice(4)).toEqual(['shop at shop:80', '30', 'nc', '-z', '-w', '2', 'shop', '80']);
  });

  test('leaves those who declared nothing shut on both sides', () => {
    const { egress, ingress, policyTypes } = find('NetworkPolicy', 'stranger').spec;
    expect({ egress, ingress, policyTypes }).toEqual({ policyTypes: ['Ingress', 'Egress'] });
  });
});

test('a port that anyone may use names no peers; the others keep theirs', () => {
  const { find } = build((stack) => {
    const shop = service(stack, 'shop', {
      ports: { http: 8000, admin: 9000 },
      admits: [{ port: 'http', peers: 'anyone' }],
    });
    service(stack, 'till', { talksTo: [{ to: shop.endpoint('http') }, { to: shop.endpoint('admin') }] });
  });
  expect(find('NetworkPolicy', 'shop').spec.ingress).toEqual([
    { ports: at(8000) },
    { ports: at(9000), from: [podsOf('till')] },
  ]);
});

test('what lies outside is named by its address ranges', () => {
  const bank = external('Bank', 'bank', { cidrs: ['10.1.0.0/16', '10.2.0.0/16'], port: 443 });
  const { find } = build((stack) => service(stack, 'shop', { talksTo: [{ to: bank }] }));
  expect(find('NetworkPolicy', 'shop').spec.egress).toEqual([
    { to: [{ ipBlock: { cidr: '10.1.0.0/16' } }, { ipBlock: { cidr: '10.2.0.0/16' } }], ports: at(443) },
  ]);
});

test('where init containers have no network, nothing waits in them', () => {
  const { find } = build(
    (stack) => {
      const shop = service(stack, 'shop');
      service(stack, 'till', { talksTo: [{ to: shop.endpoint('http'), waitSeconds: 30 }] });
    },
    { network: { initWaits: false } },
  );
  expect(find('Deployment', 'till').spec.template.spec).not.toHaveProperty('initContainers');
  expect(find('NetworkPolicy', 'till').spec.egress).toEqual([{ to: [podsOf('shop')], ports: at(8000) }]);
});

test('figures are open to the namespace of Prometheus, where monitoring is on', () => {
  const shop = (stack: Stack) => service(stack, 'shop', { metrics: { port: 'http', path: '/figures' } });
  expect(build(shop).find('NetworkPolicy', 'shop').spec).not.toHaveProperty('ingress');
  const { find } = build(shop, { monitoring: { enabled: true, namespace: 'watch', labels: { release: 'kps' } } });
  expect(find('NetworkPolicy', 'shop').spec.ingress[0].from).toEqual([
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'watch' } } },
  ]);
  expect(find('ServiceMonitor', 'shop')).toMatchObject({
    metadata: { labels: { release: 'kps' } },
    spec: { endpoints: [{ port: 'http', path: '/figures', interval: '30s' }] },
  });
});

describe('the namespace', () => {
  test('is denied by default both ways, but for the DNS', () => {
    const { find } = build((stack) => new StackNamespace(stack, 'namespace'), {
      isolation: { dnsCidrs: ['169.254.20.10/32'] },
    });
    expect(find('NetworkPolicy', 'default-deny').spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const [rule] = find('NetworkPolicy', 'allow-dns').spec.egress;
    expect(rule.ports).toEqual([
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ]);
    expect(rule.to).toContainEqual({ ipBlock: { cidr: '169.254.20.10/32' } });
  });

  test('finds the DNS by the labels and the port that its pods have in this cluster', () => {
    const { find } = build((stack) => new StackNamespace(stack, 'namespace'), {
      isolation: {
        dnsNamespace: 'openshift-dns',
        dnsLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' },
        dnsPort: 5353,
      },
    });
    expect(find('NetworkPolicy', 'allow-dns').spec.egress).toEqual([
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'openshift-dns' } },
            podSelector: { matchLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' } },
          },
        ],
        ports: [
          { port: 5353, protocol: 'UDP' },
          { port: 5353, protocol: 'TCP' },
        ],
      },
    ]);
  });

  test('is denied to no pod of others where it is shared', () => {
    const { objects } = build((stack) => new StackNamespace(stack, 'namespace'), {
      namePrefix: 'two-',
      namespace: { create: false, shared: true },
      isolation: { mesh: { namespace: 'istio-system' } },
    });
    expect(objects.map(({ metadata }) => metadata.name).sort()).toEqual([
      'two-allow-dns',
      'two-allow-mesh',
      'two-default-deny',
    ]);
    for (const { spec } of objects) {
      const own = { matchLabels: { 'app.kubernetes.io/instance': 'two-test' } };
      expect((spec as { podSelector: object }).podSelector).toEqual(own);
    }
  });

  test('lets the proxies of a mesh reach its control plane, where there is one', () => {
    const { find } = build((stack) => new StackNamespace(stack, 'namespace'), {
      isolation: { mesh: { namespace: 'istio-system' } },
    });
    expect(find('NetworkPolicy', 'allow-mesh').spec).toEqual({
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'istio-system' } } }],
          ports: at(15_012),
        },
      ],
    });
  });

  test('enforces Pod Security and its bounds', () => {
    const { find } = build((stack) => new StackNamespace(stack, 'namespace'), {
      namespace: { name: 'mine', quota: { enabled: true, pods: 7 }, limitRange: { enabled: true } },
    });
    expect(find('Namespace', 'mine').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(find('ResourceQuota', 'quota').spec.hard).toMatchObject({
      pods: '7',
      'requests.cpu': '20',
      'limits.memory': '80Gi',
    });
    expect(find('LimitRange', 'limit-range').spec.limits[0].default).toEqual({ cpu: '500m', memory: '512Mi' });
  });

  test('is left to whoever made it, and without policies, when the settings say so', () => {
    const { objects } = build((stack) => new StackNamespace(stack, 'namespace'), {
      namespace: { create: false },
      isolation: { enabled: false },
    });
    expect(objects).toEqual([]);
  });
});
