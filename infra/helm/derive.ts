import { Agreement } from './agrees.ts';
import type { Canonical } from './canonical.ts';
import { choicesOf } from './choices.ts';
import type { Doubt } from './decide.ts';
import { type Address, type DerivedObject, Learner, type Learnt } from './learn.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { Marks, withoutPrefix } from './marks.ts';
import type { Program } from './program.ts';
import { Reader, type ReadSample } from './reader.ts';
import { refuseArithmetic, refuseSpelling } from './refusals.ts';
import { isSpelling } from './rows.ts';
import { type Features, type Sample, Sampler } from './samples.ts';

export interface Derived {
  readonly leaves: readonly Leaf[];
  readonly canonical: Canonical;
  /** Sections of the settings that add to objects, by the titles of these. */
  readonly sections: ReadonlyMap<string, string>;
  /** Of each folder of the manifests. */
  readonly folders: ReadonlyMap<string, readonly DerivedObject[]>;
  /** Of each random sample that showed a mistake, what told it: `cases` of the program, so that the next derivation begins with it. */
  readonly told: readonly Features[];
}

/** The samples of which the first templates are learnt, beside what is known to be chosen together. */
const FIRST = 96;
/** Then some are added at a time, made for what is in doubt: one for so many doubts, most of which can be had together. */
const DOUBTS_A_SAMPLE = 8;
const LEAST = 4;
const MOST = 24;
/** What so many do not tell cannot be learnt. */
const ALL = 800;
/** What was learnt is believed when it gives what the program makes of so many random settings in a row. */
const TRIES = 24;

/**
 * All variants of a program's objects, found by building it with marked settings: learnt from some of these, then tried
 * on others. One that shows a mistake is learnt from as well.
 */
export function derive(program: Program, tries = TRIES): Derived {
  const deriving = new Deriving(program);
  deriving.learnAll();
  for (;;) {
    const open = deriving.inDoubt();
    if (open.length > 0) {
      const doubts = open.flatMap((each) => each.doubts);
      deriving.learn([...open, ...deriving.takeFor(doubts)]);
      continue;
    }
    const refuted = deriving.tryOn(tries);
    if (refuted.length === 0) return deriving.result();
    deriving.learn(refuted);
  }
}

class Deriving {
  private readonly program: Program;
  private readonly leaves: readonly Leaf[];
  private readonly sampler: Sampler;
  private readonly reader: Reader;
  private readonly learner: Learner;
  private readonly agreement: Agreement;
  private readonly samples: Sample[] = [];
  private readonly read: ReadSample[] = [];
  private readonly sections = new Map<string, string>();
  private readonly learnt = new Map<string, Learnt>();
  private readonly told: { readonly by: Sample; readonly of: Address }[] = [];
  private asked = 0;

  constructor(program: Program) {
    this.program = program;
    this.leaves = leavesOf(program.settings);
    const marks = new Marks(program.answered?.namePrefix);
    this.sampler = new Sampler(program, this.leaves, marks);
    this.reader = new Reader(marks, program.answered ?? {});
    this.learner = new Learner(program, this.leaves);
    this.agreement = new Agreement(program.answered ?? {});
  }

  /** What counts only with three other choices is in few random samples; what people choose, and what once told, is taken too. */
  learnAll(): void {
    const { cases = [], examples = {}, settings } = this.program;
    for (const example of Object.values(examples)) this.take(choicesOf(settings.parse(example), this.leaves));
    for (const pinned of cases) this.take(pinned);
    for (let taken = 0; taken < FIRST; taken++) this.take({});
    this.learn(addressesIn(this.read));
  }

  learn(addresses: readonly Address[]): void {
    const once = new Map(addresses.map((each) => [keyOf(each), each]));
    for (const each of this.learner.learn([...once.values()], this.samples, this.read)) {
      refuseArithmetic(each.object.node);
      this.learnt.set(keyOf(each), each);
    }
  }

  inDoubt(): Learnt[] {
    return [...this.learnt.values()].filter(({ doubts }) => doubts.length > 0);
  }

  /** Takes some samples made for what is in doubt. What they show to be another thing than was learnt is told. */
  takeFor(doubts: readonly Doubt[]): Address[] {
    if (this.asked >= ALL) throw new Error(`${this.program.name}: ${stillInDoubt(doubts)}`);
    const count = Math.max(LEAST, Math.min(MOST, Math.ceil(doubts.length / DOUBTS_A_SAMPLE)));
    this.asked += count;
    return Array.from({ length: count }, () => this.take(combined(doubts, this.sampler.random))).flatMap((sample) =>
      this.refutedBy(sample),
    );
  }

  /** Random samples until one shows a mistake. Those that show none are forgotten: nothing is to be learnt from them. */
  tryOn(tries: number): Address[] {
    for (let tried = 0; tried < tries; tried++) {
      const sample = this.take({});
      const refuted = this.refutedBy(sample);
      if (refuted.length > 0) {
        this.told.push(...refuted.map((of) => ({ by: sample, of })));
        return refuted;
      }
      this.samples.pop();
      this.read.pop();
    }
    return [];
  }

  result(): Derived {
    const { leaves, learner, sections } = this;
    const learnt = [...this.learnt.values()];
    return {
      leaves,
      sections,
      folders: byFolder(learnt),
      canonical: learner.canonical as Canonical,
      told: this.told.map(({ by, of }) => this.choicesThatTell(by, of)),
    };
  }

  private take(pinned: Features): Sample {
    const { extended, output, sample } = this.sampler.next(pinned);
    for (const { kind, name, section } of extended) this.sections.set(`${kind} ${withoutPrefix(name)}`, section);
    this.samples.push(sample);
    this.read.push(this.reader.read(output, sample));
    return sample;
  }

  private refutedBy(sample: Sample): Address[] {
    const read = this.read[this.samples.indexOf(sample)] as ReadSample;
    const unknown = addressesIn([read]).filter((address) => !this.learnt.has(keyOf(address)));
    const wrong = [...this.learnt.values()].filter(
      ({ folder, object, title }) => !this.agreement.ofObject(object, read.get(folder)?.get(title), sample),
    );
    return [...unknown, ...wrong];
  }

  /** Of a sample, what an object was found to depend on. */
  private choicesThatTell({ features }: Sample, of: Address): Features {
    const found: Record<string, string | number> = {};
    JSON.stringify(this.learnt.get(keyOf(of))?.object, (key, value) => {
      const choice = key === 'feature' ? features[value] : undefined;
      if (choice !== undefined && !isSpelling(value)) found[value] = choice;
      return value;
    });
    return found;
  }
}

const keyOf = ({ folder, title }: Address): string => `${folder}/${title}`;

function addressesIn(read: readonly ReadSample[]): Address[] {
  const folders = new Set(read.flatMap((sample) => [...sample.keys()]));
  return [...folders].flatMap((folder) => {
    const titles = new Set(read.flatMap((sample) => [...(sample.get(folder)?.keys() ?? [])]));
    return [...titles].sort().map((title) => ({ folder, title }));
  });
}

function byFolder(learnt: readonly Learnt[]): Map<string, DerivedObject[]> {
  const folders = new Map<string, DerivedObject[]>();
  for (const { folder } of learnt) folders.set(folder, []);
  for (const { folder, object } of [...learnt].sort((a, b) => (a.title < b.title ? -1 : 1)))
    folders.get(folder)?.push(object);
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
  `after ${ALL} samples what it depends on is still in doubt: ${JSON.stringify(doubts[0]?.pinned)}`;
