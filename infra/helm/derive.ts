import type { Canonical } from './canonical.ts';
import { choicesOf } from './choices.ts';
import type { Doubt } from './decide.ts';
import { type Address, type DerivedObject, Learner, type Learnt } from './learn.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { Marks, withoutPrefix } from './marks.ts';
import type { Program } from './program.ts';
import { Reader, type ReadSample } from './reader.ts';
import { refuseArithmetic, refuseSpelling } from './refusals.ts';
import { type Features, type Sample, Sampler } from './samples.ts';

export interface Derived {
  readonly leaves: readonly Leaf[];
  readonly canonical: Canonical;
  /** Sections of the settings that add to objects, by the titles of these. */
  readonly sections: ReadonlyMap<string, string>;
  /** Of each folder of the manifests. */
  readonly folders: ReadonlyMap<string, readonly DerivedObject[]>;
}

/** The samples of which the first templates are learnt, beside what is known to be chosen together. */
const FIRST = 120;
/** Then so many are added at a time, made for what is in doubt. */
const MORE = 12;
/** Where nothing is in doubt, so many must change nothing. */
const TO_CONFIRM = 24;
const MOST = 800;

/** All variants of a program's objects, found by building it with marked settings. */
export function derive(program: Program): Derived {
  const leaves = leavesOf(program.settings);
  const marks = new Marks(program.answered?.namePrefix);
  const sampler = new Sampler(program, leaves, marks);
  const reader = new Reader(marks, program.answered ?? {});
  const learner = new Learner(program, leaves);
  const samples: Sample[] = [];
  const sections = new Map<string, string>();
  const read: ReadSample[] = [];
  const takeOne = (pinned: Features) => {
    const { extended, output, sample } = sampler.next(pinned);
    for (const { kind, name, section } of extended) sections.set(`${kind} ${withoutPrefix(name)}`, section);
    samples.push(sample);
    read.push(reader.read(output, sample));
  };
  const take = (count: number, doubts: readonly Doubt[]) => {
    if (samples.length >= MOST) throw new Error(`${program.name}: ${stillInDoubt(doubts)}`);
    for (let taken = 0; taken < count; taken++) takeOne(combined(doubts, sampler.random));
  };
  const learn = (addresses: readonly Address[]): Learnt[] => {
    const learnt = learner.learn(addresses, samples, read);
    for (const { object } of learnt) refuseArithmetic(object.node);
    return learnt;
  };

  // What counts only with three other choices is in none of so many random samples; what people choose is in these.
  for (const example of Object.values(program.examples ?? {}))
    takeOne(choicesOf(program.settings.parse(example), leaves));
  take(FIRST, []);
  for (let before = ''; ; ) {
    const learnt = learn(addressesIn(read));
    let open = learnt.filter(({ doubts }) => doubts.length > 0);
    const now = JSON.stringify(learnt.map(({ object }) => object));
    if (open.length === 0 && now === before)
      return { leaves, sections, folders: byFolder(learnt), canonical: learner.canonical as Canonical };
    before = now;
    if (open.length === 0) take(TO_CONFIRM, []);
    // What is in doubt is learnt again by itself, for that takes less time.
    while (open.length > 0) {
      take(
        MORE,
        open.flatMap(({ doubts }) => doubts),
      );
      open = learn(open).filter(({ doubts }) => doubts.length > 0);
    }
  }
}

function addressesIn(read: readonly ReadSample[]): Address[] {
  const folders = new Set(read.flatMap((sample) => [...sample.keys()]));
  return [...folders].flatMap((folder) => {
    const titles = new Set(read.flatMap((sample) => [...(sample.get(folder)?.keys() ?? [])]));
    return [...titles].sort().map((title) => ({ folder, title }));
  });
}

function byFolder(learnt: readonly Learnt[]): Map<string, DerivedObject[]> {
  const folders = new Map<string, DerivedObject[]>();
  for (const { folder, object } of learnt) folders.set(folder, [...(folders.get(folder) ?? []), object]);
  for (const objects of folders.values()) refuseSpelling(objects);
  return folders;
}

/** Pins for one more sample: as many doubts at once as do not contradict each other. */
function combined(doubts: readonly Doubt[], random: (count: number) => number): Sample['features'] {
  const pinned: Record<string, string | number> = {};
  for (const { between, pinned: wanted } of shuffled(doubts, random)) {
    const { feature, high, low } = between ?? { feature: '', high: 0, low: 0 };
    const sized = between ? { ...wanted, [feature]: low + 1 + random(high - low - 1) } : wanted;
    const contradicts = Object.entries(sized).some(([name, value]) => name in pinned && pinned[name] !== value);
    if (!contradicts) Object.assign(pinned, sized);
  }
  return pinned;
}

function shuffled<Item>(items: readonly Item[], random: (count: number) => number): Item[] {
  return items
    .map((item) => ({ item, place: random(1e6) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

const stillInDoubt = (doubts: readonly Doubt[]): string =>
  `after ${MOST} samples what it depends on is still in doubt: ${JSON.stringify(doubts[0]?.pinned)}`;
