import { pick, type StoredObject } from './objects.ts';
import { badRequest } from './status.ts';

export type Matcher = (object: StoredObject) => boolean;

const NAME = '[A-Za-z0-9][-A-Za-z0-9_./]*';
const SET = new RegExp(String.raw`^(${NAME})\s+(in|notin)\s*\(([^)]*)\)$`);
const EQUALITY = new RegExp(String.raw`^(${NAME})\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)$`);
const EXISTS = new RegExp(String.raw`^(!?)\s*(${NAME})$`);

/** `a=b,c!=d,e in (f,g),h,!i` */
export function labelMatcher(selector: string): Matcher {
  const terms = split(selector).map(labelTerm);
  return (object) => terms.every((matches) => matches(object.metadata.labels ?? {}));
}

function labelTerm(term: string): (labels: Readonly<Record<string, string>>) => boolean {
  const set = SET.exec(term);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return (labels) => values.has(labels[key] ?? '\0') === (operator === 'in');
  }
  const equality = EQUALITY.exec(term);
  if (equality) {
    const [, key = '', operator, value = ''] = equality;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const exists = EXISTS.exec(term);
  if (exists) {
    const [, not, key = ''] = exists;
    return (labels) => key in labels === (not === '');
  }
  throw badRequest(`unable to parse requirement: found '${term}', expected: ',', ')' or identifier`);
}

/** `metadata.name=x,status.phase!=y`: any path into the object, which is more than a real API server indexes. */
export function fieldMatcher(selector: string): Matcher {
  const terms = split(selector).map((term) => {
    const match = /^([\w.]+)(==|!=|=)(.*)$/.exec(term);
    if (!match) throw badRequest(`invalid field selector: "${term}"; can't understand "${term}"`);
    const [, path = '', operator, value = ''] = match;
    return { path: path.split('.'), value, equal: operator !== '!=' };
  });
  return (object) => terms.every(({ path, value, equal }) => (String(pick(object, ...path) ?? '') === value) === equal);
}

/** Commas inside parentheses do not part terms. */
const split = (selector: string): string[] =>
  selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
