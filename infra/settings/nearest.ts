import { closestMatch } from 'leven';

/** The known word that was probably meant: at most a third of its letters wrong, missing or too many. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const byLowerCase = new Map(known.map((each) => [each.toLowerCase(), each]));
  const maxDistance = Math.max(1, Math.floor(word.length / 3));
  const found = closestMatch(word.toLowerCase(), [...byLowerCase.keys()], { maxDistance });
  return found === undefined ? undefined : byLowerCase.get(found);
}
