interface Limits<Item> {
  /** Calls that go together. */
  readonly most: number;
  readonly atOnce: number;
  /** Together they weigh no more than `heaviest`, unless one alone does. */
  readonly weigh?: (item: Item) => number;
  readonly heaviest?: number;
}

/**
 * Calls that come while others are under way go together: under load a handful of them share one statement and one commit. A call that
 * comes alone goes at once. `run` answers in the order of what it was given; an answer may be a promise, which then fails for one caller only.
 */
export function gathered<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly (Result | Promise<Result>)[]>,
  { most, atOnce, weigh = () => 0, heaviest = 0 }: Limits<Item>,
): (item: Item) => Promise<Result> {
  interface Call {
    readonly item: Item;
    readonly resolve: (result: Result | Promise<Result>) => void;
    readonly reject: (error: unknown) => void;
  }
  const waiting: Call[] = [];
  let underWay = 0;

  function begin(): void {
    while (underWay < atOnce && waiting.length > 0) void together(waiting.splice(0, fitting()));
  }

  function fitting(): number {
    let weight = 0;
    const tooMuch = waiting.slice(0, most).findIndex(({ item }, index) => {
      weight += weigh(item);
      return index > 0 && weight > heaviest;
    });
    return tooMuch === -1 ? most : tooMuch;
  }

  async function together(calls: readonly Call[]): Promise<void> {
    underWay += 1;
    try {
      const results = await run(calls.map(({ item }) => item));
      calls.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      for (const { reject } of calls) reject(error);
    } finally {
      underWay -= 1;
      begin();
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      begin();
    });
}
