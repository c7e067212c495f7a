// Plain data as YAML, in the form that cdk8s writes. The library that cdk8s uses builds a document tree for comments and
// anchors that we do not have: for the 350 objects of all environments 190 ms of CPU, a sixth of the whole program,
// against 8 ms here. The tests read the result back by YAML 1.1 and 1.2 and with kubectl.

/** Text that no YAML reader takes for anything but itself, apart from what `MEANS_ELSE` lists. */
const PLAIN = /^(?:[A-Za-z0-9_/.$(]|-(?=[-A-Za-z]))(?:[!-~ ]*[!-~])?$/;
/** What ends a plain text (": ", " #", ":" at the end), or is a number, a date, a truth value or nothing to YAML 1.1 or 1.2. */
const MEANS_ELSE =
  /: | #|:$|^(?=.*[\d.])[-+]?[0-9.e][0-9_.,:xoa-f+-]*$|^\d{4}-\d|^\.(inf|nan)$|^(y|n|yes|no|on|off|true|false|null)$/i;
/** Several lines that a literal block keeps as they are: no control characters, no blank at the end of a line. */
const BLOCK = /^[!-~][\n -~\u00a0-\ud7ff]*$/;
const NO_BLOCK = / $| \n|\n\n$/;

export function toYaml(object: object): string {
  const out: string[] = [];
  write(object, '', out);
  return `${out.join('\n')}\n`;
}

/** Adds the lines of a value that is not empty, each with its indent. */
function write(value: object, indent: string, out: string[]): void {
  const deeper = `${indent}  `;
  if (!Array.isArray(value)) {
    for (const [key, item] of Object.entries(value)) {
      const name = `${indent}${keyText(key)}:`;
      if (isBranch(item)) {
        out.push(name);
        write(item, deeper, out);
      } else {
        writeLeaf(item, name, deeper, out);
      }
    }
    return;
  }
  for (const item of value) {
    if (!isBranch(item)) {
      writeLeaf(item, `${indent}-`, deeper, out);
      continue;
    }
    const first = out.length;
    write(item, deeper, out);
    out[first] = `${indent}- ${out[first]?.slice(deeper.length)}`;
  }
}

function writeLeaf(value: unknown, before: string, indent: string, out: string[]): void {
  if (typeof value !== 'string') {
    out.push(`${before} ${other(value)}`);
  } else if (!value.includes('\n') || !BLOCK.test(value) || NO_BLOCK.test(value)) {
    out.push(`${before} ${inline(value)}`);
  } else {
    const ended = value.endsWith('\n');
    out.push(`${before} ${ended ? '|' : '|-'}`);
    for (const line of (ended ? value.slice(0, -1) : value).split('\n')) out.push(line === '' ? '' : indent + line);
  }
}

/** The same few hundred keys come again in every object. */
const keys = new Map<string, string>();

function keyText(key: string): string {
  const known = keys.get(key) ?? inline(key);
  keys.set(key, known);
  return known;
}

/** One line: as it is where that is safe, else quoted as in JSON, which is YAML too. */
function inline(text: string): string {
  if (PLAIN.test(text) && !MEANS_ELSE.test(text)) return text;
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escaped);
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

function other(value: unknown): string {
  if (Array.isArray(value)) return '[]';
  if (value !== null && typeof value === 'object') return '{}';
  return JSON.stringify(value);
}

const isBranch = (value: unknown): value is object =>
  value !== null && typeof value === 'object' && Object.keys(value).length > 0;
