import { describe, expect, test } from 'vitest';
import { mlPlatform } from '../../../infra/stacks/ml-platform/index.ts';
import { subjectOf } from '../subjects.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

function access(karmada: unknown = {}, jobs: unknown = {}, utilisation: unknown = {}) {
  const objects = subjectOf(mlPlatform, { karmada, jobs, utilisation }).folders.get('karmada') ?? [];
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever kind it asked for.
  const find = (kind: string, name: string): any =>
    objects.find((each) => each.kind === kind && each.metadata.name === name);
  const rules = objects.filter(({ kind }) => kind === 'ClusterRole').flatMap(({ rules }) => rules as Rule[]);
  return { objects, find, rules };
}

const ROLE = 'ml-platform-backend';
const USER = { kind: 'User', name: 'ml-platform-backend', apiGroup: 'rbac.authorization.k8s.io' };

describe('rights in Karmada', () => {
  const { find, objects, rules } = access();

  test('no wildcard, no secret, no exec, no rights to give rights or act as another', () => {
    for (const { apiGroups, resources, verbs } of rules) {
      expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
      expect(resources.join()).not.toMatch(/secrets|exec|attach|portforward|serviceaccounts/);
      expect(apiGroups).not.toContain('rbac.authorization.k8s.io');
      expect(verbs.join()).not.toMatch(/impersonate|escalate|bind|deletecollection/);
    }
  });

  test('namespaces can be deleted only where those that were made for jobs are to go', () => {
    const verbsOn = (all: readonly Rule[]) =>
      [...new Set(all.filter((each) => each.resources.includes('namespaces')).flatMap(({ verbs }) => verbs))].sort();
    expect(verbsOn(rules)).toEqual(['create', 'get', 'patch']);
    expect(verbsOn(access({}, { removeNamespaces: true }).rules)).toEqual(['create', 'delete', 'get', 'list', 'patch']);
  });

  test('members are only read', () => {
    const member: Rule[] = find('ClusterRole', `${ROLE}-member`).rules;
    expect([...new Set(member.flatMap(({ verbs }) => verbs))].sort()).toEqual(['get', 'list', 'watch']);
    expect(member.flatMap(({ resources }) => resources)).toEqual(
      expect.arrayContaining(['rayjobs', 'jobs', 'pods', 'pods/log', 'events']),
    );
    expect(find('ClusterRole', `${ROLE}-proxy`).rules).toEqual([
      { apiGroups: ['cluster.karmada.io'], resources: ['clusters/proxy'], verbs: ['get'] },
    ]);
  });

  test("the members' rights are handed out to all of them by a policy that selects just those two objects", () => {
    expect(find('ClusterPropagationPolicy', `${ROLE}-member`).spec).toMatchObject({
      resourceSelectors: [
        { kind: 'ClusterRole', name: `${ROLE}-member` },
        { kind: 'ClusterRoleBinding', name: `${ROLE}-member` },
      ],
      placement: {},
    });
  });

  test('a certificate needs its user and its own group bound, and nothing more exists', () => {
    expect(find('ClusterRoleBinding', `${ROLE}-proxy`).subjects).toEqual([
      USER,
      { ...USER, kind: 'Group', name: 'ml-platform' },
    ]);
    expect(find('ClusterRoleBinding', `${ROLE}-member`).subjects).toEqual([USER]);
    expect(objects.map(({ kind }) => kind)).not.toContain('ServiceAccount');
  });

  test('every role is bound', () => {
    const named = (kind: string) => objects.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
    expect(named('ClusterRoleBinding')).toEqual(named('ClusterRole'));
  });
});

test('a ServiceAccount comes with both groups that its token carries, for the proxy alone', () => {
  const { find } = access({ identity: { type: 'serviceAccount', namespace: 'ml', user: 'api' } });
  const account = { kind: 'ServiceAccount', name: 'api', namespace: 'ml' };
  expect(find('ServiceAccount', 'api')).toMatchObject({
    metadata: { namespace: 'ml' },
    automountServiceAccountToken: false,
  });
  expect(find('ClusterRoleBinding', `${ROLE}-proxy`).subjects).toMatchObject([
    account,
    { kind: 'Group', name: 'system:serviceaccounts' },
    { kind: 'Group', name: 'system:serviceaccounts:ml' },
  ]);
  expect(find('ClusterRoleBinding', ROLE).subjects).toEqual([account]);
  expect(find('ClusterRoleBinding', `${ROLE}-member`).subjects).toEqual([account]);
});

test.each([
  [{}, 'prometheus-operated:9090'],
  [{ service: 'thanos', port: 10_902, https: true, path: '/x' }, 'https:thanos:10902'],
])('the Prometheus of a member may be read under its one name, if it is asked at all: %o', (values, name) => {
  const proxied = (utilisation: object) =>
    access({}, {}, utilisation).rules.filter(({ resources }) => resources.includes('services/proxy'));
  expect(proxied(values)).toEqual([]);
  expect(proxied({ ...values, enabled: true })).toEqual([
    { apiGroups: [''], resources: ['services/proxy'], verbs: ['get'], resourceNames: [name] },
  ]);
  const { find } = access({}, {}, { ...values, enabled: true });
  const { rules } = find('ClusterRole', `${ROLE}-member`);
  expect(rules.map(({ resources }: Rule) => resources.join())).toContain('services/proxy');
});

test('named members bound the proxy and the policy to them', () => {
  const { find } = access({ memberClusters: ['eu', 'us'] });
  expect(find('ClusterRole', `${ROLE}-proxy`).rules[0].resourceNames).toEqual(['eu', 'us']);
  expect(find('ClusterPropagationPolicy', `${ROLE}-member`).spec.placement).toEqual({
    clusterAffinity: { clusterNames: ['eu', 'us'] },
  });
});
