import type { LogLine } from './log-buffer.ts';

/** Where in a text the matches are: [from, to). */
type Find = (text: string) => readonly (readonly [from: number, to: number])[];

export interface LogSearch {
  readonly find: Find;
  /** Why the regular expression is none; nothing is found then. */
  readonly error: string | null;
}

const NOTHING: Find = () => [];
/** A line of megabytes is marked in its beginning only. */
const MAX_MARKS = 200;

/** Text as it stands, or a regular expression; either in any case. */
export const createSearch = (text: string, isPattern: boolean): LogSearch => {
  if (text === '') return { find: NOTHING, error: null };
  let pattern: RegExp;
  try {
    pattern = new RegExp(isPattern ? text : text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi');
  } catch (error) {
    return { find: NOTHING, error: (error as Error).message.replace(/^Invalid regular expression: /, '') };
  }
  return {
    find: (line) => {
      const found: [number, number][] = [];
      for (const match of line.matchAll(pattern)) {
        // "x*" matches nothing anywhere: that is no match to show.
        if (match[0] !== '') found.push([match.index, match.index + match[0].length]);
        if (found.length >= MAX_MARKS) break;
      }
      return found;
    },
    error: null,
  };
};

/** Where in the list the lines are in which something is found. */
export const findLines = (lines: readonly LogLine[], { find }: LogSearch): number[] =>
  find === NOTHING ? [] : lines.flatMap(({ text }, index) => (find(text).length > 0 ? [index] : []));

/** What of a log is looked at, as it stands in the URL. */
export interface LogPlace {
  readonly q: string;
  readonly regex: boolean;
  readonly line: number | null;
}

export const readPlace = (search: string): LogPlace => {
  const said = new URLSearchParams(search);
  const line = said.get('line') ?? '';
  return {
    q: said.get('q') ?? '',
    regex: said.get('regex') === '1',
    line: /^[1-9]\d{0,9}$/.test(line) ? Number(line) : null,
  };
};

export const writePlace = ({ q, regex, line }: LogPlace): string => {
  const said = new URLSearchParams();
  if (q !== '') said.set('q', q);
  if (regex) said.set('regex', '1');
  if (line !== null) said.set('line', String(line));
  return said.size === 0 ? '' : `?${said}`;
};
