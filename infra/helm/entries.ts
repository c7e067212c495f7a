import {
  below,
  type Difference,
  differencesOf,
  filled,
  hasAction,
  height,
  LEAST_SAVED,
  MOST_PARAMS,
  type Named,
  patternOf,
} from './alike.ts';
import { add, type Bits, count, none, rowsOf, shared } from './bits.ts';
import type { GoTemplate } from './go-template.ts';
import { type Hole, mapped, nameIn } from './holes.ts';
import type { Entry, Node } from './nodes.ts';

// What many maps have in common is seldom all of a map: where pods are to run, what the metadata of all objects begin with. Entries
// that stand together in several maps of one kind become one call there, and a helper.

type MapNode = Extract<Node, { kind: 'map' }>;
type KeyEntry = Extract<Entry, { key: string }>;

/** Entries that several maps have, as a map of their own with what differs as parameters. */
export interface SharedEntries {
  readonly id: string;
  /** Of what kind the maps are: "metadata", "containers". */
  readonly kind: string;
  readonly keys: readonly string[];
  readonly node: Node;
  readonly differences: readonly Difference[];
  readonly uses: number;
}

/** A map and those of its entries that may still go into a helper. */
interface Place {
  node: MapNode;
  readonly name: string;
  readonly left: Map<string, Part>;
}

interface Part {
  readonly entry: KeyEntry;
  readonly holes: readonly Hole[];
  readonly lines: number;
  /** Alike but for settings and texts, and the same in all. */
  readonly shapes: readonly string[];
}

interface Bundle {
  readonly places: readonly Place[];
  readonly keys: readonly string[];
  readonly differences: SharedEntries['differences'];
  readonly saved: number;
}

/** One place more is one call more to follow: entries of fewer maps stay where they are. */
const LEAST_PLACES = 3;

/** The trees with calls in the place of shared entries. They are changed as they are, from the outside in. */
export function shareEntries(roots: readonly Node[], go: GoTemplate): SharedEntries[] {
  const found: SharedEntries[] = [];
  let maps = roots.flatMap(mapsIn);
  for (const kind of new Set(maps.map((map) => map.kind))) {
    const before = found.length;
    const places = maps.filter((map) => map.kind === kind).map((map) => placeOf(map, go));
    for (let best = bestOf(places); best; best = bestOf(places)) {
      const { differences, keys } = best;
      const [first] = best.places;
      if (!first) break;
      const id = `entries-${found.length}`;
      const node = filled(partOf(first, keys), first.name, differences);
      found.push({ id, kind, keys, node, differences, uses: best.places.length });
      for (const [at, place] of best.places.entries()) callFrom(place, keys, id, differences, at);
    }
    // What went into a helper is there no more.
    if (found.length > before) maps = roots.flatMap(mapsIn);
  }
  return found;
}

interface Found {
  readonly node: MapNode;
  readonly name: string;
  readonly kind: string;
}

/** The maps below a root, those around others first. It shows itself what object it is, so its own entries stay. */
const mapsIn = (root: Node): Found[] =>
  [...inside(root, { name: '', outer: '', isItem: false })].flatMap(([node, { isItem, name, outer }]) =>
    node.kind === 'map' ? [{ node, name, kind: isItem ? outer : name }] : [],
  );

function* inside(node: Node, named: Named): Generator<[Node, Named]> {
  for (const [inner, own] of below(node, named)) {
    yield [inner, own];
    yield* inside(inner, own);
  }
}

function placeOf({ kind, name, node }: Found, go: GoTemplate): Place {
  const left = new Map<string, Part>();
  // Records leave out the keys that are beside them.
  if (!node.entries.every((entry) => 'key' in entry)) return { node, name, left };
  for (const entry of node.entries) {
    // What something is called stands where it is.
    if (!('key' in entry) || entry.key === 'name' || hasAction(entry.node)) continue;
    const holes: Hole[] = [];
    const own: Node = { kind: 'map', entries: [entry] };
    if (mapsIn(own).some((map) => map.kind === kind)) continue;
    const shape = mapped(own, nameIn(node, entry.key), (hole) => {
      holes.push(hole);
      return patternOf(hole, go);
    });
    const shapes = [`alike ${JSON.stringify(shape)}`, `same ${JSON.stringify(own)}`];
    left.set(entry.key, { entry, holes, lines: height(own), shapes });
  }
  return { node, name, left };
}

/** What saves most among the entries of these maps. */
function bestOf(places: readonly Place[]): Bundle | undefined {
  const byShape = new Map<string, { key: string; places: Bits }>();
  places.forEach(({ left }, at) => {
    for (const [key, { shapes }] of left) {
      for (const shape of shapes) {
        const known = byShape.get(shape) ?? { key, places: none(places.length) };
        byShape.set(shape, known);
        add(known.places, at);
      }
    }
  });
  const common = [...byShape.values()].filter((each) => count(each.places) >= LEAST_PLACES);
  let best: Bundle | undefined;
  const tried = new Set<string>();
  for (const { places: bits } of common) {
    const together = String(bits);
    if (tried.has(together)) continue;
    tried.add(together);
    const size = count(bits);
    const keys = common.filter((each) => shared(each.places, bits) === size).map(({ key }) => key);
    const bundle = bundleOf(
      [...rowsOf(bits)].flatMap((at) => places[at] ?? []),
      [...new Set(keys)],
    );
    if (bundle && bundle.saved > (best?.saved ?? 0)) best = bundle;
  }
  return best;
}

/** As many of these entries as few enough parameters do for. */
function bundleOf(places: readonly Place[], keys: readonly string[]): Bundle | undefined {
  const differencesWith = (some: readonly string[]) =>
    differencesOf(places.map((place) => some.flatMap((key) => place.left.get(key)?.holes ?? [])));
  const own = keys.flatMap((key) => {
    const differences = differencesWith([key]);
    const lines = places[0]?.left.get(key)?.lines ?? 0;
    return differences && differences.length <= MOST_PARAMS ? [{ key, lines, count: differences.length }] : [];
  });
  const chosen: string[] = [];
  for (const { key } of own.toSorted((a, b) => a.count - b.count || b.lines - a.lines)) {
    const differences = differencesWith([...chosen, key]);
    if (differences && differences.length <= MOST_PARAMS) chosen.push(key);
  }
  const inOrder = [...(places[0]?.left.keys() ?? [])].filter((key) => chosen.includes(key));
  const differences = differencesWith(inOrder);
  if (inOrder.length < 2 || !differences || differences.length > MOST_PARAMS) return undefined;
  const lines = own.filter(({ key }) => chosen.includes(key)).reduce((sum, each) => sum + each.lines, 0);
  const saved = (lines - 1) * places.length - lines - 4;
  return saved < LEAST_SAVED ? undefined : { places, keys: inOrder, differences, saved };
}

const partOf = ({ left }: Place, keys: readonly string[]): Node => ({
  kind: 'map',
  entries: keys.flatMap((key) => left.get(key)?.entry ?? []),
});

function callFrom(
  place: Place,
  keys: readonly string[],
  helper: string,
  differences: SharedEntries['differences'],
  at: number,
): void {
  const args = differences.map(({ name, values }) => ({ name, value: values[at] ?? '' }));
  const call: Entry = { include: { kind: 'include', helper, args, as: 'map' }, when: true };
  const isShared = (entry: Entry): boolean => 'key' in entry && keys.includes(entry.key);
  const last = place.node.entries.findLastIndex(isShared);
  const entries = place.node.entries.flatMap((entry, index) =>
    index === last ? [call] : isShared(entry) ? [] : [entry],
  );
  Object.assign(place.node, { entries });
  for (const key of keys) place.left.delete(key);
}
