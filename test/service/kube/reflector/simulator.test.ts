import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CONFIG_MAP } from '../../../../service/kube/kinds.ts';
import type { KubeObject } from '../../../../service/kube/kube.ts';
import { createReflector } from '../../../../service/kube/reflector/reflector.ts';
import { CONFIG_MAP as TYPE } from '../../../../service/local/kube/kinds.ts';
import { PATIENCE_MS } from '../../../patience.ts';
import { configMap, type SimulatedServer, simulatedServer } from '../simulated-server.ts';

const NAMES = ['one', 'two', 'three', 'four', 'five'];
const WRITER = { manager: 'test' };

type Step =
  | { readonly what: 'write' | 'remove'; readonly name: string }
  | { readonly what: 'hangUp' | 'expire' | 'settle' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('write' as const), name: fc.constantFrom(...NAMES) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('remove' as const), name: fc.constantFrom(...NAMES) }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constantFrom('hangUp' as const, 'expire' as const, 'settle' as const) }),
  },
);

let written = 0;

function take({ registry, server }: SimulatedServer, one: Step): void {
  if (one.what === 'hangUp' || one.what === 'expire') server.watches.disconnect();
  if (one.what === 'expire') registry.store.compact();
  if (one.what !== 'write' && one.what !== 'remove') return;
  const there = registry.store.get(TYPE, 'a', one.name);
  const object = configMap(one.name, { n: String(++written) });
  if (one.what === 'remove') {
    if (there) registry.delete(TYPE, 'a', one.name, { propagation: 'Background' });
  } else if (there) registry.update(TYPE, { ...object, metadata: there.metadata }, WRITER);
  else registry.create(TYPE, object, WRITER);
}

const dataOf = (object: KubeObject): string => (object as unknown as { data: { n: string } }).data.n;

test.each([
  ['streamed', true],
  ['listed', false],
])(
  '%s: whatever happens between, the store ends as the server is, and so does who only heard the changes',
  async (_, streamingList) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const simulated = await simulatedServer();
        const heard = new Map<string, string>();
        const reflector = createReflector(simulated.kube, CONFIG_MAP, {
          namespace: 'a',
          streamingList,
          keep: dataOf,
          backoff: { firstMs: 1, mostMs: 5 },
          onChange: (change) => {
            if (change.type === 'deleted') heard.delete(change.key);
            else heard.set(change.key, change.after);
          },
        });
        onTestFinished(() => reflector.stop());
        const truth = () =>
          new Map(simulated.registry.store.list(TYPE, 'a').map((each) => [`a/${each.metadata.name}`, dataOf(each)]));
        const settled = () => vi.waitFor(() => expect(heard).toEqual(truth()), { timeout: PATIENCE_MS, interval: 2 });
        for (const one of steps) {
          take(simulated, one);
          if (one.what === 'settle') await settled();
        }
        await settled();
        expect(new Map([...reflector.store.keys()].map((key) => [key, reflector.store.get(key)]))).toEqual(truth());
        await reflector.stop();
      }),
      { numRuns: 20 },
    );
  },
);
