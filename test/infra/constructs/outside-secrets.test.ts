import { expect, test } from 'vitest';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { mlPlatform } from '../../../infra/stacks/ml-platform/index.ts';
import { monitoring } from '../../../infra/stacks/monitoring/index.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { all, own, type Subject, subjectOf } from '../subjects.ts';

const platform = (values: object): Subject => subjectOf(mlPlatform as unknown as StackDefinition, values);
const ofKind = (objects: readonly KubeObject[], kind: string): KubeObject[] =>
  objects.filter((object) => object.kind === kind);

const TLS = { exposure: { type: 'ingress', ingress: { tls: { source: 'secret', secretName: 'company-tls' } } } };

test('by deploy nothing stands for a Secret', () => {
  const kinds = all(platform(TLS)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind.includes('Secret'))).toEqual([]);
});

test('by External Secrets each key has its place in the store, and what a cluster issues has none', () => {
  const external = { path: 'ml/prod/', refreshInterval: '30m', store: { kind: 'SecretStore', name: 'vault' } };
  const found = ofKind(
    own(platform({ ...TLS, secrets: { source: 'externalSecrets', externalSecrets: external } })),
    'ExternalSecret',
  );
  expect(found.map(({ metadata }) => metadata.name)).toEqual(['backend-auth', 'company-tls', 'postgres-credentials']);
  const [, tls, postgres] = found;
  expect(postgres?.spec).toEqual({
    refreshInterval: '30m',
    secretStoreRef: { kind: 'SecretStore', name: 'vault' },
    target: { name: 'postgres-credentials', creationPolicy: 'Owner', deletionPolicy: 'Retain' },
    data: ['password', 'url'].map((key) => ({
      secretKey: key,
      remoteRef: { key: 'ml/prod/postgres-credentials', property: key },
    })),
  });
  expect(tls?.spec).toMatchObject({ target: { template: { type: 'kubernetes.io/tls' } } });
});

test.each([
  ['sealedSecrets', 'SealedSecret', 'encryptedData'],
  ['sops', 'Secret', 'stringData'],
])('by %s there are templates without a value, beside what is applied', (source, kind, field) => {
  const subject = platform({ secrets: { source } });
  expect(own(subject).filter((object) => object.kind.includes('Secret'))).toEqual([]);
  const templates = subject.folders.get('secrets') ?? [];
  expect(templates.map((each) => [each.kind, each.metadata.name])).toEqual([
    [kind, 'backend-auth'],
    [kind, 'postgres-credentials'],
  ]);
  const [, postgres] = templates;
  const values = { ...postgres, ...(postgres?.spec as object) } as Record<string, unknown>;
  expect(values[field]).toEqual({ password: '', url: '' });
});

test("Grafana's password goes the same way, and what cert-manager makes does not", () => {
  const subject = subjectOf(monitoring as unknown as StackDefinition, {
    ...monitoring.environments.prod,
    secrets: { source: 'externalSecrets' },
  });
  expect(ofKind(own(subject), 'ExternalSecret').map(({ metadata }) => metadata.name)).toEqual([
    'alertmanager-pagerduty',
    'alertmanager-slack',
    'grafana-oidc',
    'monitoring-grafana',
  ]);
});

test('Argo CD may write what asks for a Secret, and no Secret', () => {
  const subject = platform({ secrets: { source: 'externalSecrets' } });
  const project = ofKind(subject.folders.get('argocd') ?? [], 'AppProject')[0]?.spec as {
    namespaceResourceWhitelist: { group: string; kind: string }[];
  };
  expect(project.namespaceResourceWhitelist).toContainEqual({ group: 'external-secrets.io', kind: 'ExternalSecret' });
  expect(project.namespaceResourceWhitelist).not.toContainEqual({ group: '', kind: 'Secret' });
});
