import { expect, test } from 'vitest';
import { z } from 'zod';
import { clientsFromOutside, portsOutside, Routes } from '../../../infra/constructs/exposure.ts';
import type { Stack } from '../../../infra/constructs/stack.ts';
import { serverProps } from '../../../infra/constructs/team-image.ts';
import { WebService } from '../../../infra/constructs/web-service.ts';
import { exposure as exposureOf } from '../../../infra/settings/exposure.ts';
import { isolation as isolationOf } from '../../../infra/settings/fragments.ts';
import { server } from '../../../infra/settings/workloads.ts';
import { build } from './build.ts';

const settings = z.strictObject({
  exposure: exposureOf({
    what: 'the shop',
    type: 'none',
    host: 'shop.example.com',
    nodePort: z.int().default(30_500).describe('Port.'),
  }),
  isolation: isolationOf(),
});
const amounts = { cpu: '10m', memory: '16Mi' };

/** A page and an API behind one host, exposed in the given way. */
function shop(given: z.input<typeof settings>, common: Parameters<typeof build>[1] = {}) {
  const { exposure, isolation } = settings.parse(given);
  const service = (stack: Stack, name: string, more = {}) =>
    new WebService(stack, name, {
      ...serverProps(
        server('', { image: { repository: name }, requests: amounts, limits: amounts, port: 8000 }).parse({}),
      ),
      title: name,
      component: name,
      servicePorts: { http: 80 },
      ...more,
    });
  return build(
    (stack) => {
      const admits = clientsFromOutside({ exposure, isolation });
      const api = service(stack, 'api');
      const page = service(stack, 'page', { admits, ...portsOutside(exposure, { http: exposure.nodePort }) });
      new Routes(stack, {
        name: 'shop',
        exposure,
        routes: [
          { path: '/health', match: 'Exact', to: api },
          { path: '/', to: page },
        ],
      });
    },
    { ...common, isolation },
  );
}
type Shop = ReturnType<typeof shop>;

const namespace = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
const ingressOf = ({ find }: Shop) => find('NetworkPolicy', 'page').spec.ingress;
const kinds = ({ objects }: Shop) => objects.map(({ kind }) => kind);

test('a route of a Gateway has every host and path, lets its proxies in, and sets event streams no limit', () => {
  const made = shop({
    exposure: {
      type: 'gateway',
      gateway: {
        name: 'public',
        namespace: 'edge',
        section: 'https',
        host: 'a.example.com',
        moreHosts: ['*.b.example'],
      },
    },
  });
  expect(made.find('HTTPRoute', 'shop').spec).toEqual({
    parentRefs: [{ name: 'public', namespace: 'edge', sectionName: 'https' }],
    hostnames: ['a.example.com', '*.b.example'],
    rules: [
      {
        matches: [{ path: { type: 'Exact', value: '/health' } }],
        backendRefs: [{ name: 'api', port: 80 }],
        timeouts: { request: '0s' },
      },
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [{ name: 'page', port: 80 }],
        timeouts: { request: '0s' },
      },
    ],
  });
  expect(ingressOf(made)).toEqual([{ from: [namespace('edge')], ports: [{ port: 8000, protocol: 'TCP' }] }]);
  expect(kinds(made)).not.toContain('Ingress');
  expect(made.find('Service', 'page').spec.type).toBe('ClusterIP');
});

test('an Ingress has a rule for each host, and all of them in its certificate', () => {
  const made = shop({ exposure: { type: 'ingress', ingress: { moreHosts: ['shop.example.org'] } } });
  const { rules, tls } = made.find('Ingress', 'shop').spec;
  expect(rules.map(({ host }: { host: string }) => host)).toEqual(['shop.example.com', 'shop.example.org']);
  expect(rules[1].http).toEqual(rules[0].http);
  expect(tls).toEqual([{ hosts: ['shop.example.com', 'shop.example.org'], secretName: 'shop-tls' }]);
  expect(ingressOf(made)[0].from).toEqual([namespace('ingress-nginx')]);
});

test('a load balancer of the cloud is asked for as the settings say, and its clients may be anyone', () => {
  const made = shop({
    exposure: {
      type: 'loadBalancer',
      loadBalancer: {
        className: 'service.k8s.aws/nlb',
        annotations: { 'example.com/scheme': 'internal' },
        sourceRanges: ['198.51.100.0/24'],
      },
    },
  });
  const { metadata, spec } = made.find('Service', 'page');
  expect(metadata.annotations).toMatchObject({ 'example.com/scheme': 'internal' });
  expect(spec).toMatchObject({
    type: 'LoadBalancer',
    loadBalancerClass: 'service.k8s.aws/nlb',
    loadBalancerSourceRanges: ['198.51.100.0/24'],
  });
  expect(made.find('Service', 'api').spec.type).toBe('ClusterIP');
  expect(ingressOf(made)).toEqual([{ ports: [{ port: 8000, protocol: 'TCP' }] }]);
});

test('without exposure nobody comes in, and no route is written', () => {
  const made = shop({});
  expect(ingressOf(made)).toBeUndefined();
  expect(kinds(made)).not.toEqual(expect.arrayContaining(['Ingress']));
  expect(kinds(made)).not.toEqual(expect.arrayContaining(['HTTPRoute']));
});

test.each(['none', 'ingress', 'gateway'] as const)(
  'with exposure %s there is a door, to what routes lead to, for namespaces and addresses that are named',
  (type) => {
    const { find } = shop({
      exposure: { type },
      isolation: { ingressNamespaces: ['edge'], ingressCidrs: ['10.9.0.0/16', 'fd00:9::/64'] },
    });
    for (const name of ['page', 'api']) {
      const ports = [{ port: 8000, protocol: 'TCP' }];
      const { podSelector } = find('NetworkPolicy', name).spec;
      expect(find('NetworkPolicy', `${name}-from-namespaces`).spec).toEqual({
        podSelector,
        policyTypes: ['Ingress'],
        ingress: [{ from: [namespace('edge')], ports }],
      });
      expect(find('NetworkPolicy', `${name}-from-addresses`).spec).toEqual({
        podSelector,
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ ipBlock: { cidr: '10.9.0.0/16' } }, { ipBlock: { cidr: 'fd00:9::/64' } }], ports }],
      });
    }
  },
);

test('each Service has the family policy of the stack; without one the cluster decides', () => {
  const policies = ({ objects }: Shop) =>
    objects
      .filter(({ kind }) => kind === 'Service')
      .map(({ spec }) => (spec as { ipFamilyPolicy?: string }).ipFamilyPolicy);
  expect(policies(shop({}, { network: { ipFamilyPolicy: 'PreferDualStack' } }))).toEqual([
    'PreferDualStack',
    'PreferDualStack',
  ]);
  expect(policies(shop({}))).toEqual([undefined, undefined]);
});
