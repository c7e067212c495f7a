import { expect, test } from 'vitest';
import { add, none } from '../../../infra/helm/bits.ts';
import { Canonical } from '../../../infra/helm/canonical.ts';
import { Decider } from '../../../infra/helm/decide.ts';
import { Rows } from '../../../infra/helm/rows.ts';
import type { Sample } from '../../../infra/helm/samples.ts';

// Something that is there in each sample with a switch on may be so by chance: a few samples are no reason to believe it.

/** What is wanted to be sure, after so many samples with the switch on, in which something is there, and off. */
function doubts(on: number, off: number): unknown[] {
  const samples = Array.from({ length: on + off }, (_, at) => ({
    features: { switch: at < on ? 'true' : 'false', other: at % 2 === 0 ? 'true' : 'false' },
    elements: new Map(),
  })) as unknown as Sample[];
  const rows = new Rows(samples);
  const there = none(rows.size);
  for (let row = 0; row < on; row++) add(there, row);
  const questions = ['switch', 'other'].map((feature) => ({ feature, options: [] }));
  const decider = new Decider(new Canonical(questions));
  const decision = decider.decide(rows, rows.whole, there, { near: 'it', related: new Set(['switch']) });
  expect(decision).toMatchObject({ test: { feature: 'switch' }, yes: true, no: false });
  return decider.doubts.map(({ pinned }) => pinned);
}

test('a decision is doubted until each of its sides was seen eight times, and samples of the rarer side are asked for', () => {
  expect(doubts(7, 20)).toEqual([{ switch: 'true' }]);
  expect(doubts(20, 7)).toEqual([{ switch: 'false' }]);
  expect(doubts(7, 7)).toHaveLength(2);
  expect(doubts(8, 8)).toEqual([]);
});
