import { type Bits, both, count, first, rowsOf, shared, without } from './bits.ts';
import { type Canonical, mapped, type Tree } from './canonical.ts';
import type { Decision, Test } from './nodes.ts';
import { isPinnable, isSpelling, type KnownTest, type Rows } from './rows.ts';
import type { Features } from './samples.ts';

/** Something that rests on few samples: more of its kind are wanted. */
export interface Doubt {
  /** What the wanted samples are to be made with. */
  readonly pinned: Features;
  /** A number of which a size strictly between these two is wanted, to find where the bound is. */
  readonly between?: { readonly feature: string; readonly low: number; readonly high: number };
}

/** Where a decision is to be taken: names the thing for messages, and the settings that it is about. */
export interface About {
  readonly near: string;
  /** First parts of the paths of the settings that the object shows. */
  readonly related: ReadonlySet<string>;
}

/** A decision is trusted when each of its sides was seen so often: a setting that has nothing to do with it passes for the reason with a chance of 2^-16. */
const ENOUGH = 8;
/** So often each test on the way to a decision must have been seen turned round. */
const TURNED = 3;

/** Learns from rows what decides, and remembers what it is not sure of. */
export class Decider {
  readonly doubts: Doubt[] = [];
  readonly canonical: Canonical;
  /** Features that everything which is looked at now depends on already. */
  private readonly context: string[] = [];

  constructor(canonical: Canonical) {
    this.canonical = canonical;
  }

  /** Learns when a row is one of `there`. */
  decide(rows: Rows, among: Bits, there: Bits, about: About): Decision {
    if (shared(among, there) === 0) return false;
    const tree = this.tell(rows, among, [there, without(among, there)], about);
    if (tree === undefined) throw new Error(`${about.near}: nothing in the settings tells when it is there`);
    return this.canonical.when(mapped(tree, (which) => which === 0));
  }

  /** Learns which of several a row is one of; undefined where nothing tells. */
  tell(rows: Rows, among: Bits, variants: readonly Bits[], about: About): Tree<number> | undefined {
    const tree = this.learn(rows, among, variants, about);
    if (tree !== undefined) this.cover(rows, among, tree);
    return tree;
  }

  private learn(rows: Rows, among: Bits, variants: readonly Bits[], about: About): Tree<number> | undefined {
    const seen = variants.flatMap((variant, which) => (shared(among, variant) > 0 ? [which] : []));
    const [only] = seen;
    if (seen.length === 1 && only !== undefined) return { end: only };
    const split = this.split(rows, among, variants, about);
    if (!split) return undefined;
    return this.within([split.test.feature], () => {
      const yes = this.learn(rows, split.yes, variants, about);
      const no = this.learn(rows, split.no, variants, about);
      return yes === undefined || no === undefined ? undefined : { test: split.test, yes, no };
    });
  }

  /**
   * Each way through the tests must have been seen with every single test of it turned round, all others as they are:
   * otherwise one of them may be there by chance.
   */
  cover(rows: Rows, among: Bits, tree: Tree<unknown>): void {
    this.coverFrom(rows, among, tree, []);
  }

  private coverFrom(rows: Rows, among: Bits, tree: Tree<unknown>, way: readonly { test: Test; side: Bits }[]): void {
    if (!('end' in tree)) {
      const holds = rows.holds(tree.test);
      this.coverFrom(rows, among, tree.yes, [...way, { test: tree.test, side: holds }]);
      this.coverFrom(rows, among, tree.no, [...way, { test: tree.test, side: without(rows.whole, holds) }]);
      return;
    }
    const seen = way.reduce((bits, { side }) => both(bits, side), among);
    const row = first(seen);
    if (row < 0) return;
    for (const turned of way) {
      if (!isPinnable(turned.test.feature)) continue;
      const turnedRound = way.reduce(
        (bits, { side, test }) => (test.feature === turned.test.feature ? bits : both(bits, side)),
        without(among, turned.side),
      );
      if (count(turnedRound) >= TURNED) continue;
      const other = first(without(rows.whole, turned.side));
      const features = [...new Set([...this.context, ...way.map(({ test }) => test.feature)])];
      const pinned = this.pins(rows, row, features);
      const value = rows.value(turned.test.feature, other);
      if (value !== undefined) this.doubts.push({ pinned: { ...pinned, [turned.test.feature]: value } });
    }
  }

  /** Learns about what is only there under a condition. */
  under<Result>(decision: Decision, learn: () => Result): Result {
    return this.within(featuresOf(decision), learn);
  }

  within<Result>(features: readonly string[], learn: () => Result): Result {
    this.context.push(...features);
    const result = learn();
    this.context.length -= features.length;
    return result;
  }

  /** The test that tells the variants apart best, and both sides of it; undefined where none tells anything. */
  split(
    rows: Rows,
    among: Bits,
    variants: readonly Bits[],
    about: About,
  ): { test: Test; yes: Bits; no: Bits } | undefined {
    const best = bestTest(
      rows,
      variants.map((variant) => both(variant, among)),
      about,
    );
    if (!best) return undefined;
    const yes = both(among, best.holds);
    const no = without(among, best.holds);
    this.question(rows, best.test, yes, no);
    return { test: best.test, yes, no };
  }

  private question(rows: Rows, test: Test, yes: Bits, no: Bits): void {
    const [fewer, other] = count(yes) < count(no) ? [yes, no] : [no, yes];
    if (count(fewer) < ENOUGH) this.doubt(rows, first(fewer), test);
    // Both sides often enough, for each could be one side of something else by chance.
    if (count(other) < ENOUGH) this.doubt(rows, first(other), test);
    if (!('below' in test)) return;
    // The bound itself must have been seen from both sides, by neighbouring numbers.
    const low = Math.max(...sizesOf(rows, test.feature, yes));
    const high = Math.min(...sizesOf(rows, test.feature, no));
    if (high - low > 1) this.doubt(rows, first(yes), test, { feature: test.feature, low, high });
  }

  /** What a row has of these features, to make others like it. */
  private pins(rows: Rows, row: number, features: readonly string[]): Features {
    return Object.fromEntries(
      features.filter(isPinnable).flatMap((feature) => {
        const value = rows.value(feature, row);
        return value === undefined ? [] : [[feature, value]];
      }),
    );
  }

  private doubt(rows: Rows, row: number, test: Test, between?: Doubt['between']): void {
    const pinned = this.pins(rows, row, [...this.context, test.feature]);
    this.doubts.push(between ? { pinned, between } : { pinned });
  }
}

function bestTest(rows: Rows, variants: readonly Bits[], { near, related }: About): KnownTest | undefined {
  const sizes = variants.map(count);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const whole = disorder(sizes, total);
  const inside = sizes.map(() => 0);
  const outside = sizes.map(() => 0);
  let best: { known: KnownTest; score: number; nearness: number } | undefined;
  for (const bits of [BITS.related, BITS.other, BITS.spelling]) {
    // None of these could tell enough more.
    if (best && whole - bits < best.score - 1e-9) break;
    for (const known of rows.tests()) {
      const { feature } = known.test;
      if (bitsToName(feature, related) !== bits) continue;
      let yes = 0;
      for (let index = 0; index < variants.length; index++) {
        const size = shared(variants[index] ?? known.holds, known.holds);
        inside[index] = size;
        outside[index] = (sizes[index] ?? 0) - size;
        yes += size;
      }
      if (yes === 0 || yes === total) continue;
      const gain = whole - disorder(inside, yes) - disorder(outside, total - yes);
      if (gain < 1e-9) continue;
      const score = gain - bits;
      if (best && score < best.score - 1e-9) continue;
      const nearness = common(feature, near);
      if (best && score < best.score + 1e-9 && nearness <= best.nearness) continue;
      best = { known, score, nearness };
    }
  }
  return best?.known;
}

/** What it takes to say which of the variants each row is, in bits. */
function disorder(sizes: readonly number[], total: number): number {
  let sum = 0;
  for (const size of sizes) if (size > 0) sum -= size * Math.log2(size / total);
  return sum;
}

/**
 * What it takes to name a feature, in bits: of two explanations the shorter one is the likelier. A setting of a part
 * that the object shows is one of a few dozen, any other one of hundreds.
 */
const BITS = { related: 4, other: 9, spelling: 12 } as const;

function bitsToName(feature: string, related: ReadonlySet<string>): number {
  if (isSpelling(feature)) return BITS.spelling;
  return related.has(sectionOf(feature)) ? BITS.related : BITS.other;
}

const sections = new Map<string, string>();

function sectionOf(feature: string): string {
  const known = sections.get(feature) ?? feature.split(/[.[]/, 1)[0] ?? '';
  sections.set(feature, known);
  return known;
}

function featuresOf(decision: Decision): string[] {
  if (typeof decision === 'boolean') return [];
  return [decision.test.feature, ...featuresOf(decision.yes), ...featuresOf(decision.no)];
}

const sizesOf = (rows: Rows, feature: string, among: Bits): number[] =>
  [...rowsOf(among)].map((row) => Number(rows.value(feature, row)));

function common(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
