/** One question for all that ask of the same within the time. After a failure the next one asks again. */
export function sharedAnswer<Answer, Of = void>(
  ms: number,
  ask: (of: Of) => Promise<Answer>,
  now: () => number = () => performance.now(),
): (of: Of) => Promise<Answer> {
  /** The oldest first. */
  const asked = new Map<string, { readonly at: number; readonly answer: Promise<Answer> }>();
  return (of) => {
    for (const [each, { at }] of asked) {
      if (now() - at < ms) break;
      asked.delete(each);
    }
    const key = JSON.stringify(of) ?? '';
    const known = asked.get(key);
    if (known) return known.answer;
    const mine = { at: now(), answer: ask(of) };
    asked.set(key, mine);
    mine.answer.catch(() => {
      if (asked.get(key) === mine) asked.delete(key);
    });
    return mine.answer;
  };
}
