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
  /** null: all of them. */
  readonly run: number | null;
  /** Empty: all of them. */
  readonly pod: string;
  readonly q: string;
  readonly regex: boolean;
  readonly line: number | null;
  /** When that line was written: its number changes with the order in which the pods' lines are read. */
  readonly at: string;
}

export const readPlace = (search: string): LogPlace => {
  const said = new URLSearchParams(search);
  const number = (name: string): number | null => {
    const text = said.get(name) ?? '';
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
  };
  return {
    run: number('run'),
    pod: said.get('pod') ?? '',
    q: said.get('q') ?? '',
    regex: said.get('regex') === '1',
    line: number('line'),
    at: said.get('at') ?? '',
  };
};

export const writePlace = ({ run, pod, q, regex, line, at }: LogPlace): string => {
  const said = new URLSearchParams();
  if (run !== null) said.set('run', String(run));
  if (pod !== '') said.set('pod', pod);
  if (q !== '') said.set('q', q);
  if (regex) said.set('regex', '1');
  if (line !== null) said.set('line', String(line));
  if (line !== null && at !== '') said.set('at', at);
  return said.size === 0 ? '' : `?${said}`;
};

/** Where in the list the line is that the URL names; -1: it is not there. */
export const findPlace = (lines: readonly LogLine[], { line, at }: LogPlace): number => {
  if (line === null) return -1;
  const exact = lines.findIndex((one) => one.number === line && (at === '' || one.at === at));
  return exact >= 0 || at === '' ? exact : lines.findIndex((one) => one.at === at);
};
