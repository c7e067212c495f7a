import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../data/root.ts';
import type { Derived } from '../helm/derive.ts';

type Case = Derived['told'][number];

const FILE = join(root, 'infra/charts/cases.json');

/** By stack: choices of settings that once showed a mistake in a chart. `npm run charts -- --try` finds them. */
export const readCases = (): Record<string, readonly Case[]> => JSON.parse(readFileSync(FILE, 'utf8'));

/** Each case once; says how many are new. */
export function addCases(stack: string, told: readonly Case[]): number {
  const all = readCases();
  const known = new Set((all[stack] ?? []).map((each) => JSON.stringify(each)));
  const before = known.size;
  for (const each of told) known.add(JSON.stringify(each));
  if (known.size === before) return 0;
  all[stack] = [...known].map((text) => JSON.parse(text) as Case);
  writeFileSync(FILE, `${JSON.stringify(all, null, 2)}\n`);
  return known.size - before;
}
