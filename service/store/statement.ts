import { readFileSync } from 'node:fs';

/** One statement of sql/, prepared under its own name in each session. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Read when the module is loaded, so that a file that was not shipped is noticed at start. */
export function statement(name: string): Statement {
  return { name, text: readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8') };
}

/** Characters that PostgreSQL's text cannot hold: NUL, and halves of surrogate pairs. Members' messages and logs may have any. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;
export const storable = (text: string): string => text.replace(UNSTORABLE, '\uFFFD');

/** As a jsonb parameter. */
export const json = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'string') return storable(part);
    return typeof part === 'bigint' ? part.toString() : part;
  });
