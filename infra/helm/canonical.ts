import type { Decision, Node, Test } from './nodes.ts';

/** A tree of tests with anything at its ends. */
type Tree<End> = { readonly end: End } | { readonly test: Test; readonly yes: Tree<End>; readonly no: Tree<End> };

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

  /** A decision, as short as it can be asked where another one is known to hold. */
  given(decision: Decision, known: Decision): Decision {
    if (typeof known === 'boolean') return decision;
    const { no, test, yes } = known;
    if (yes === false) return this.given(this.knowing(decision, test, false), no);
    if (no === false) return this.given(this.knowing(decision, test, true), yes);
    return decision;
  }

  private knowing(decision: Decision, test: Test, answer: boolean): Decision {
    return this.decision(fromTree(knowing(toTree(decision), test, answer)));
  }

  choice(node: Node): Node {
    const toTree = (each: Node): Tree<Node> =>
      each.kind === 'choice' ? { test: each.test, yes: toTree(each.yes), no: toTree(each.no) } : { end: each };
    const fromTree = (tree: Tree<Node>): Node =>
      'end' in tree ? tree.end : { kind: 'choice', test: tree.test, yes: fromTree(tree.yes), no: fromTree(tree.no) };
    return fromTree(this.arranged(toTree(node)));
  }

  private arranged<End>(tree: Tree<End>): Tree<End> {
    const [test] = testsIn(tree).sort(
      (a, b) => this.place(a) - this.place(b) || bound(a) - bound(b) || (option(a) < option(b) ? -1 : 1),
    );
    if (!test) return tree;
    const options = this.options.get(test.feature) ?? [];
    if (options.length > 2) return this.byOption(tree, test.feature, options);
    const yes = this.arranged(knowing(tree, test, true));
    const no = this.arranged(knowing(tree, test, false));
    return JSON.stringify(yes) === JSON.stringify(no) ? yes : { test, yes, no };
  }

  /** Of several options, the most that have the same come last, as "else". */
  private byOption<End>(tree: Tree<End>, feature: string, options: readonly string[]): Tree<End> {
    const sides = options.map((option) => {
      const test = { feature, options: [option] };
      const side = this.arranged(knowing(tree, test, true));
      return { test, side, text: JSON.stringify(side) };
    });
    const many = (text: string) => sides.filter((each) => each.text === text).length;
    const last = sides.reduce((best, each) => (many(each.text) >= many(best.text) ? each : best));
    return sides
      .filter(({ text }) => text !== last.text)
      .reduceRight<Tree<End>>((no, { side, test }) => ({ test, yes: side, no }), last.side);
  }

  private place({ feature }: Test): number {
    return this.order.get(feature) ?? this.order.size;
  }
}

const toTree = (decision: Decision): Tree<boolean> =>
  typeof decision === 'boolean'
    ? { end: decision }
    : { test: decision.test, yes: toTree(decision.yes), no: toTree(decision.no) };

const fromTree = (tree: Tree<boolean>): Decision =>
  'end' in tree ? tree.end : { test: tree.test, yes: fromTree(tree.yes), no: fromTree(tree.no) };

const bound = (test: Test): number => ('below' in test ? test.below : 0);
const option = (test: Test): string => ('options' in test ? (test.options[0] ?? '') : '');

function testsIn<End>(tree: Tree<End>): Test[] {
  return 'end' in tree ? [] : [tree.test, ...testsIn(tree.yes), ...testsIn(tree.no)];
}

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
