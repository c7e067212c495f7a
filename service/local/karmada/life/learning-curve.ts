/** How well a simulated training does: each job in its own way, and the same whenever and wherever it runs. */
interface LearningCurve {
  /** When this part (0 to 1) of it is done. */
  loss(part: number): number;
  accuracy(part: number): number;
}

const NOISE = 0.02;

export function createLearningCurve(name: string): LearningCurve {
  const drawn = (what: string, least: number, most: number): number =>
    least + (most - least) * share(`${name} ${what}`);
  const [start, rest, pace] = [drawn('start', 0.8, 1.2), drawn('rest', 0.05, 0.2), drawn('pace', 2.5, 5)];
  const left = (part: number): number =>
    Math.exp(-pace * part) + NOISE * (share(`${name} ${Math.round(part * 1000)}`) - 0.5);
  return {
    loss: (part) => rest + (start - rest) * Math.max(0, left(part)),
    accuracy: (part) => 1 - rest / 2 - 0.6 * Math.max(0, left(part)),
  };
}

/** FNV-1a, of which the last steps mix neighbours apart: 0 to 1. */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) / 2 ** 32;
}
