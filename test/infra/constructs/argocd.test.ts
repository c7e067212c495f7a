import { describe, expect, test } from 'vitest';
import { mlPlatform } from '../../../infra/stacks/ml-platform/index.ts';
import { trainingOperator } from '../../../infra/stacks/training-operator/index.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { projectsAllow } from '../rules/gitops.ts';
import { own, type Subject, subjectOf } from '../subjects.ts';

const KARMADA = 'https://karmada.example.com:5443';

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever kind it asked for.
function find(subject: Subject, kind: string, name: string): any {
  return subject.folders.get('argocd')?.find((each) => each.kind === kind && each.metadata.name === name);
}

describe('what is for Karmada', () => {
  test('has an application of its own, which may write those rights and nothing in a namespace', () => {
    const subject = subjectOf(mlPlatform, { gitops: { karmadaServer: KARMADA } });
    const { spec } = find(subject, 'Application', 'ml-platform-test-karmada');
    expect(spec).toMatchObject({
      destination: { server: KARMADA },
      source: { path: 'charts-out/ml-platform/test/karmada' },
    });
    const project = find(subject, 'AppProject', spec.project);
    expect(project.spec.namespaceResourceWhitelist).toEqual([]);
    expect(project.spec.clusterResourceWhitelist.map(({ kind }: { kind: string }) => kind)).toEqual([
      'ClusterPropagationPolicy',
      'ClusterRole',
      'ClusterRoleBinding',
    ]);
  });

  test('and as whom it logs in there', () => {
    const identity = { karmada: { identity: { type: 'serviceAccount' } }, gitops: { karmadaServer: KARMADA } };
    expect(projectsAllow(subjectOf(mlPlatform, identity))).toEqual([]);
  });

  test('of a stack that goes to the members through Karmada is all of it', () => {
    const subject = subjectOf(trainingOperator, { gitops: { karmadaServer: KARMADA } });
    const { spec } = find(subject, 'Application', 'training-operator-test-karmada');
    expect(spec.sources.map(({ path }: { path: string }) => path)).toEqual([
      'charts-out/training-operator/test',
      'charts-out/training-operator/test/karmada',
    ]);
  });

  test('is left to people where Argo CD does not know Karmada', () => {
    expect(find(subjectOf(mlPlatform, {}), 'Application', 'ml-platform-test-karmada')).toBeUndefined();
  });
});

test('the check runs after each sync, and what it needs is there only meanwhile', () => {
  const subject = subjectOf(mlPlatform, { gitops: { checkAfterSync: true } });
  const { spec } = find(subject, 'Application', 'ml-platform-test');
  expect(spec.sources.map(({ path }: { path: string }) => path)).toEqual([
    'charts-out/ml-platform/test',
    'charts-out/ml-platform/test/check',
  ]);
  const hooks = (objects: readonly KubeObject[]) =>
    new Set(objects.map(({ metadata }) => metadata.annotations?.['argocd.argoproj.io/hook']));
  expect(hooks(subject.folders.get('check') ?? [])).toEqual(new Set(['PostSync']));
  expect(hooks(own(subject))).toEqual(new Set([undefined]));
  // By itself it is applied by hand, and is no hook.
  expect(hooks(subjectOf(mlPlatform, {}).folders.get('check') ?? [])).toEqual(new Set([undefined]));
});

test('who is told, when changes may come, which commits, and what a deletion takes with it', () => {
  const subject = subjectOf(mlPlatform, {
    gitops: {
      notifications: [{ trigger: 'on-sync-failed', service: 'slack', recipients: 'ml-alerts' }],
      syncWindows: [{ kind: 'deny', schedule: '0 22 * * *', duration: '8h', timeZone: 'Europe/Berlin' }],
      signatureKeys: ['4AEE18F83AFDEB23'],
      onDeletion: 'remove',
      historyLimit: 3,
    },
  });
  const { metadata, spec } = find(subject, 'Application', 'ml-platform-test');
  expect(metadata.annotations).toMatchObject({
    'notifications.argoproj.io/subscribe.on-sync-failed.slack': 'ml-alerts',
  });
  expect(metadata.finalizers).toEqual(['resources-finalizer.argocd.argoproj.io']);
  expect(spec.revisionHistoryLimit).toBe(3);
  const project = find(subject, 'AppProject', 'ml-platform-test');
  expect(project.spec.signatureKeys).toEqual([{ keyID: '4AEE18F83AFDEB23' }]);
  expect(project.spec.syncWindows).toEqual([
    {
      kind: 'deny',
      schedule: '0 22 * * *',
      duration: '8h',
      timeZone: 'Europe/Berlin',
      manualSync: false,
      applications: ['*'],
    },
  ]);
});
