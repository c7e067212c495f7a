import type { Decision, Test } from './nodes.ts';
import type { Features } from './samples.ts';

/** Something seen in a sample: under which features, and which variant it was. */
export interface Seen {
  readonly features: readonly Features[];
  readonly label: string;
}

/** The test that tells the variants apart best; undefined when none does. `near`: where the thing is, to break ties. */
export function bestTest(seen: readonly Seen[], near: string): Test | undefined {
  let best: { test: Test; gain: number; nearness: number } | undefined;
  const whole = entropy(seen);
  for (const feature of featureNames(seen)) {
    for (const test of testsOf(feature, seen)) {
      const yes = seen.filter((each) => passes(test, each.features));
      if (yes.length === 0 || yes.length === seen.length) continue;
      const no = seen.filter((each) => !passes(test, each.features));
      const gain = whole - (yes.length * entropy(yes) + no.length * entropy(no)) / seen.length;
      const nearness = common(feature, near);
      if (gain <= 1e-9) continue;
      if (best && (gain < best.gain - 1e-9 || (gain < best.gain + 1e-9 && nearness <= best.nearness))) continue;
      best = { test, gain, nearness };
    }
  }
  return best?.test;
}

/** Learns when the label is "yes". */
export function decide(seen: readonly Seen[], near: string): Decision {
  const labels = new Set(seen.map(({ label }) => label));
  if (labels.size <= 1) return labels.has('yes');
  const test = bestTest(seen, near);
  if (!test) throw new Error(`${near}: nothing in the settings tells when it is there`);
  const side = (wanted: boolean) => seen.filter(({ features }) => passes(test, features) === wanted);
  return { test, yes: decide(side(true), near), no: decide(side(false), near) };
}

export function passes(test: Test, features: readonly Features[]): boolean {
  const value = lookUp(test.feature, features);
  return 'below' in test ? Number(value) < test.below : test.options.includes(String(value));
}

export function holds(decision: Decision, features: readonly Features[]): boolean {
  if (typeof decision === 'boolean') return decision;
  return holds(passes(decision.test, features) ? decision.yes : decision.no, features);
}

function lookUp(feature: string, features: readonly Features[]): string | number | undefined {
  for (const each of features) if (feature in each) return each[feature];
  return undefined;
}

function featureNames(seen: readonly Seen[]): string[] {
  return [...new Set((seen[0]?.features ?? []).flatMap((each) => Object.keys(each)))];
}

/** Of a choice: each option against the others. Of a number: bounds between sizes that were seen. */
function testsOf(feature: string, seen: readonly Seen[]): Test[] {
  const values = new Set(seen.map(({ features }) => lookUp(feature, features)).filter((value) => value !== undefined));
  if (values.size < 2) return [];
  if ([...values].every((value) => typeof value === 'number')) {
    const sorted = ([...values] as number[]).sort((a, b) => a - b);
    return sorted.slice(1).map((below) => ({ feature, below }));
  }
  const options = [...values].map(String).sort();
  if (options.length === 2)
    return [
      {
        feature,
        options: [options.includes('given') ? 'given' : options.includes('true') ? 'true' : (options[0] ?? '')],
      },
    ];
  return options.map((option) => ({ feature, options: [option] }));
}

function entropy(seen: readonly Seen[]): number {
  const counts = new Map<string, number>();
  for (const { label } of seen) counts.set(label, (counts.get(label) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / seen.length) * Math.log2(count / seen.length);
  return sum;
}

function common(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
