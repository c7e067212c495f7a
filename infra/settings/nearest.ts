import { closestMatch } from 'leven';

/** The known word that was probably meant: at most a third of its letters wrong, missing or too many. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const byLowerCase = new Map(known.map((each) => [each.toLowerCase(), each]));
  // Two at least, for two letters that changed places are two edits; of a very short word that would be any other.
  const maxDistance = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  const found = closestMatch(word.toLowerCase(), [...byLowerCase.keys()], { maxDistance });
  return found === undefined ? undefined : byLowerCase.get(found);
}
