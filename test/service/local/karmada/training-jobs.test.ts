import fc from 'fast-check';
import { expect, test } from 'vitest';
import { customizations } from '../../../../infra/stacks/training-operator/interpreter/index.ts';
import { aggregate, health, reflected } from '../../../../service/local/karmada/propagation/aggregation.ts';
import { dependenciesOf } from '../../../../service/local/karmada/propagation/dependencies.ts';
import type { StoredObject } from '../../../../service/local/kube/objects.ts';
import { luaFunction } from '../../../lua.ts';

// The simulated Karmada reads a TrainingJob as the scripts do that a real one is given.

const script = (of: keyof typeof customizations, name: string) => luaFunction(customizations[of].luaScript, name);
const scripts = {
  reflect: script('statusReflection', 'ReflectStatus'),
  aggregate: script('statusAggregation', 'AggregateStatus'),
  isHealthy: script('healthInterpretation', 'InterpretHealth'),
  dependencies: script('dependencyInterpretation', 'GetDependencies'),
};

const object = (spec: object, status?: object): StoredObject =>
  ({
    apiVersion: 'ml.example.com/v1',
    kind: 'TrainingJob',
    metadata: { name: 'bert', namespace: 'team-a', generation: 1, uid: 'u', resourceVersion: '1' },
    spec,
    ...(status && { status }),
  }) as never;

const status = fc.record(
  {
    state: fc.constantFrom('Pending', 'Initializing', 'Running', 'Completed', 'Failed', 'Suspended'),
    progress: fc.nat(100).map((percent) => `${percent}%`),
    currentEpoch: fc.nat(100),
    eta: fc.constant('12m'),
    metrics: fc.constant({ loss: 0.5 }),
    currentStep: fc.nat(1000),
    stepTime: fc.constant('2026-11-28T09:00:00Z'),
    message: fc.constantFrom('it runs', 'it waits'),
  },
  { requiredKeys: [] },
);

test('what goes up of a status, and whether that is healthy', () => {
  fc.assert(
    fc.property(status, (each) => {
      const there = object({}, each);
      const [{ generation: _, ...told }] = scripts.reflect(there) as [Record<string, unknown>];
      expect(reflected(there)).toEqual(told);
      expect(health(there) === 'Healthy').toBe(scripts.isHealthy(there)[0]);
    }),
  );
});

test('one status of those of several clusters', () => {
  fc.assert(
    fc.property(fc.array(status, { minLength: 2, maxLength: 4 }), (all) => {
      const items = all.map((each, index) => ({ clusterName: `member${index}`, status: each }));
      const [told] = scripts.aggregate(object({}), items) as [{ status: Record<string, unknown> }];
      const ours = aggregate('TrainingJob', all);
      expect([ours?.state ?? 'Pending', ours?.progress]).toEqual([told.status.state, told.status.progress]);
    }),
  );
});

test('what follows a TrainingJob', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const spec = fc.record(
    {
      checkpoint: fc.record(
        {
          enabled: fc.boolean(),
          storage: fc.record({ type: fc.constantFrom('pvc', 's3'), pvcName: name }, { requiredKeys: ['type'] }),
        },
        { requiredKeys: [] },
      ),
      env: fc.array(
        fc.oneof(
          name.map((each) => ({ name: 'X', valueFrom: { secretKeyRef: { name: each, key: 'k' } } })),
          name.map((each) => ({ name: 'X', valueFrom: { configMapKeyRef: { name: each, key: 'k' } } })),
          name.map((each) => ({ name: 'X', value: each })),
        ),
        { maxLength: 4 },
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(spec, (each) => {
      const [told] = scripts.dependencies(object(each)) as [{ kind: string; name: string }[]];
      const key = ({ kind, name: of }: { kind: string; name: string }) => `${kind}/${of}`;
      expect(dependenciesOf(object(each)).map(key).sort()).toEqual(told.map(key).sort());
    }),
  );
});
