import { type Decision, isSame, type Node, type Test } from './nodes.ts';

/** A tree of tests with anything at its ends. */
export type Tree<End> =
  | { readonly end: End }
  | { readonly test: Test; readonly yes: Tree<End>; readonly no: Tree<End> };

/** Something that decides, and between which options where it is a choice. */
export interface Question {
  readonly feature: string;
  readonly options: readonly string[];
}

/** Asks in the order of the settings, whatever the order in which it was learnt: the same question always reads the same. */
export class Canonical {
  private readonly order: ReadonlyMap<string, number>;
  private readonly options: ReadonlyMap<string, readonly string[]>;

  constructor(questions: readonly Question[]) {
    this.order = new Map(questions.map(({ feature }, place) => [feature, place]));
    this.options = new Map(questions.map(({ feature, options }) => [feature, options]));
  }

  decision(decision: Decision): Decision {
    return fromTree(this.arranged(toTree(decision)));
  }

  /** What holds where a tree ends with `true`. */
  when(tree: Tree<boolean>): Decision {
    return fromTree(this.arranged(tree));
  }

  /** A decision, as short as it can be asked where another one, in this form, is known to hold. */
  given(decision: Decision, known: Decision): Decision {
    return known === false ? false : fromTree(this.arranged(toTree(decision), toTree(known)));
  }

  choice(tree: Tree<Node>): Node {
    const node = (each: Tree<Node>): Node =>
      'end' in each ? each.end : { kind: 'choice', test: each.test, yes: node(each.yes), no: node(each.no) };
    return node(this.arranged(tree));
  }

  /** What cannot be, for it is known otherwise, is not asked. */
  private arranged<End>(tree: Tree<End>, known: Tree<boolean> = ALWAYS): Tree<End> {
    const [test] = testsIn(tree).sort(
      (a, b) => this.place(a) - this.place(b) || bound(a) - bound(b) || (option(a) < option(b) ? -1 : 1),
    );
    if (!test) return tree;
    const options = this.options.get(test.feature) ?? [];
    if (options.length > 2) return this.byOption(tree, known, test.feature, options);
    const sides = [true, false].flatMap((answer) => {
      const left = knowing(known, test, answer);
      return canBe(left) ? [this.arranged(knowing(tree, test, answer), left)] : [];
    });
    const [yes = tree, no] = sides;
    // Of a number below a bound the other side may say the same by another bound.
    return no === undefined || isSame(yes, knowing(no, test, true)) ? (no ?? yes) : { test, yes, no };
  }

  /** Of several options, the most that have the same come last, as "else"; of as many, those that have nothing. */
  private byOption<End>(tree: Tree<End>, known: Tree<boolean>, feature: string, options: readonly string[]): Tree<End> {
    const sides = options.flatMap((option) => {
      const test = { feature, options: [option] };
      const left = knowing(known, test, true);
      if (!canBe(left)) return [];
      const side = this.arranged(knowing(tree, test, true), left);
      return [{ test, side, text: JSON.stringify(side) }];
    });
    const many = (text: string) => sides.filter((each) => each.text === text).length + (text === NOTHING ? 0.5 : 0);
    const last = sides.reduce((best, each) => (many(each.text) >= many(best.text) ? each : best));
    return sides
      .filter(({ text }) => text !== last.text)
      .reduceRight<Tree<End>>((no, { side, test }) => ({ test, yes: side, no }), last.side);
  }

  private place({ feature }: Test): number {
    return this.order.get(feature) ?? this.order.size;
  }
}

const ALWAYS: Tree<boolean> = { end: true };
const NOTHING = JSON.stringify({ end: false });

const canBe = (tree: Tree<boolean>): boolean => ('end' in tree ? tree.end : canBe(tree.yes) || canBe(tree.no));

/** The same tests with something else at the ends. */
export const mapped = <From, To>(tree: Tree<From>, change: (end: From) => To): Tree<To> =>
  'end' in tree
    ? { end: change(tree.end) }
    : { test: tree.test, yes: mapped(tree.yes, change), no: mapped(tree.no, change) };

export const treeOf = (node: Node): Tree<Node> =>
  node.kind === 'choice' ? { test: node.test, yes: treeOf(node.yes), no: treeOf(node.no) } : { end: node };

export function testsIn<End>(tree: Tree<End>): Test[] {
  return 'end' in tree ? [] : [tree.test, ...testsIn(tree.yes), ...testsIn(tree.no)];
}

const toTree = (decision: Decision): Tree<boolean> =>
  typeof decision === 'boolean'
    ? { end: decision }
    : { test: decision.test, yes: toTree(decision.yes), no: toTree(decision.no) };

const fromTree = (tree: Tree<boolean>): Decision =>
  'end' in tree ? tree.end : { test: tree.test, yes: fromTree(tree.yes), no: fromTree(tree.no) };

const bound = (test: Test): number => ('below' in test ? test.below : 0);
const option = (test: Test): string => ('options' in test ? (test.options[0] ?? '') : '');

/** What is left of a tree when the answer to one test is known. */
function knowing<End>(tree: Tree<End>, test: Test, answer: boolean): Tree<End> {
  if ('end' in tree) return tree;
  const implied = implication(tree.test, test, answer);
  if (implied !== undefined) return knowing(implied ? tree.yes : tree.no, test, answer);
  return { test: tree.test, yes: knowing(tree.yes, test, answer), no: knowing(tree.no, test, answer) };
}

/** The answer to a test that follows from the answer to another one. */
function implication(test: Test, known: Test, answer: boolean): boolean | undefined {
  if (test.feature !== known.feature) return undefined;
  if ('below' in test && 'below' in known) {
    if (answer && known.below <= test.below) return true;
    return !answer && test.below <= known.below ? false : undefined;
  }
  if (!('options' in test) || !('options' in known)) return undefined;
  const same = test.options[0] === known.options[0];
  if (same) return answer;
  return answer ? false : undefined;
}
