import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Canonical } from '../../../infra/helm/canonical.ts';
import { both, chains } from '../../../infra/helm/conditions.ts';
import type { Decision, Test } from '../../../infra/helm/nodes.ts';
import { passes } from '../../../infra/helm/rows.ts';

// Conditions may be asked in any shorter form that says the same wherever it is asked: tried with all settings there are.

const OPTIONS = { shape: ['none', 'ingress', 'gke', 'gateway'], mode: ['own', 'bundled', 'external'] };
const SWITCHES = ['host', 'address'];
const SIZES = [1, 2, 3];

const canonical = new Canonical([
  { feature: 'shape', options: OPTIONS.shape },
  ...SWITCHES.map((feature) => ({ feature, options: [] })),
  { feature: 'size', options: [] },
  { feature: 'mode', options: OPTIONS.mode },
]);

type Settings = Readonly<Record<string, string | number>>;
const all: Settings[] = OPTIONS.shape.flatMap((shape) =>
  OPTIONS.mode.flatMap((mode) =>
    ['true', 'false'].flatMap((host) =>
      ['true', 'false'].flatMap((address) => SIZES.map((size) => ({ shape, mode, host, address, size }))),
    ),
  ),
);

const tests: fc.Arbitrary<Test> = fc.oneof(
  ...Object.entries(OPTIONS).map(([feature, options]) =>
    fc.constantFrom(...options).map((option) => ({ feature, options: [option] })),
  ),
  fc.constantFrom(...SWITCHES).map((feature) => ({ feature, options: ['true'] })),
  fc.constantFrom(2, 3).map((below) => ({ feature: 'size', below })),
);

const { decision: decisions } = fc.letrec<{ decision: Decision }>((tie) => ({
  decision: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.boolean(),
    fc.record({ test: tests, yes: tie('decision'), no: tie('decision') }),
  ),
}));

function holds(decision: Decision, settings: Settings): boolean {
  if (typeof decision === 'boolean') return decision;
  const { no, test, yes } = decision;
  return holds(passes(test, settings[test.feature]) ? yes : no, settings);
}

test('what is asked where something is known says the same there', () => {
  fc.assert(
    fc.property(decisions, decisions, (decision, known) => {
      const short = canonical.given(decision, canonical.decision(known));
      for (const settings of all.filter((each) => holds(known, each)))
        expect(holds(short, settings)).toBe(holds(decision, settings));
    }),
  );
});

test('the same is said in the same way', () => {
  fc.assert(
    fc.property(decisions, tests, (decision, test) => {
      const longer = { test, yes: both(decision, decision), no: decision };
      expect(canonical.decision(longer)).toEqual(canonical.decision(decision));
    }),
  );
});

test('of a chain the first branch that holds is the one whose condition held', () => {
  fc.assert(
    fc.property(fc.array(decisions, { maxLength: 4 }), decisions, (wanted, around) => {
      const known = canonical.decision(around);
      const branches = wanted.map((when, of) => ({ of, when: canonical.given(when, known) }));
      const chained = chains(branches, canonical, known);
      for (const settings of all.filter((each) => holds(known, each))) {
        const taken = chained.flatMap((chain) => chain.find(({ when }) => holds(when, settings))?.of ?? []);
        expect(taken).toEqual(branches.filter(({ when }) => holds(when, settings)).map(({ of }) => of));
      }
    }),
  );
});

test('no option that cannot be is asked for, and one that is left by its name', () => {
  const is = (option: string): Decision => ({ test: { feature: 'shape', options: [option] }, yes: true, no: false });
  const notNone: Decision = { test: { feature: 'shape', options: ['none'] }, yes: false, no: true };
  const notGateway: Decision = { test: { feature: 'shape', options: ['gateway'] }, yes: false, no: is('gke') };
  expect(canonical.given(is('gke'), is('gke'))).toBe(true);
  expect(canonical.given(is('gke'), is('none'))).toBe(false);
  expect(canonical.given(notNone, is('gke'))).toBe(true);
  expect(canonical.given(notGateway, notNone)).toEqual(is('gke'));
});
