import { eachObject } from '../data/each-object.ts';
import { at } from '../data/paths.ts';
import type { Program } from './program.ts';
import { releasedOf } from './release.ts';
import type { Sample } from './samples.ts';

type Entries = Record<string, string>;

/** A key that no sample has. */
const IN_BOTH = 'in-both';

/**
 * Two records of the settings may come together in one map. Keys of the samples are all different, so they do not show whose
 * value is written where both have the same one: the program is asked.
 */
export class Precedence {
  private readonly program: Program;
  private readonly known = new Map<string, string>();

  constructor(program: Program) {
    this.program = program;
  }

  /** The one of two records that wins, given a sample in which they come together. */
  winner(records: readonly [string, string], sample: Sample): string {
    const key = [...records].sort().join(' ');
    const winner = this.known.get(key) ?? this.ask(records, sample);
    this.known.set(key, winner);
    return winner;
  }

  private ask(records: readonly [string, string], { settings }: Sample): string {
    const asked = structuredClone(settings);
    const keys = records.flatMap((record) => Object.keys(at(asked, record) as Entries));
    for (const record of records) (at(asked, record) as Entries)[IN_BOTH] = record;
    const found = new Set(valuesOf(releasedOf(this.program.build(asked)), keys));
    const [winner] = found;
    if (found.size === 1 && winner !== undefined) return winner;
    throw new Error(`${records.join(', ')}: where both have a key, the program takes now the one and now the other`);
  }
}

/** What stands under the key that both have, wherever they come together. */
function valuesOf(output: ReadonlyMap<string, unknown>, keys: readonly string[]): string[] {
  const found: string[] = [];
  for (const objects of output.values()) {
    eachObject(objects, (object) => {
      if (keys.every((key) => key in object) && IN_BOTH in object) found.push(String(object[IN_BOTH]));
    });
  }
  return found;
}
