/**
 * Calls that come while others are under way go together: under load a handful of them share one statement and one commit. A call that
 * comes alone goes at once. `run` answers in the order of what it was given; an answer may be a promise, which then fails for one caller only.
 */
export function gathered<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly (Result | Promise<Result>)[]>,
  { most, atOnce }: { readonly most: number; readonly atOnce: number },
): (item: Item) => Promise<Result> {
  interface Call {
    readonly item: Item;
    readonly resolve: (result: Result | Promise<Result>) => void;
    readonly reject: (error: unknown) => void;
  }
  const waiting: Call[] = [];
  let underWay = 0;

  function begin(): void {
    while (underWay < atOnce && waiting.length > 0) void together(waiting.splice(0, most));
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
