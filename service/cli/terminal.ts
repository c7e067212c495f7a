import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'dim' | 'bold';

const CODES: Record<Colour, number> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35 };

export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where data and words go: data to stdout, words to stderr, each with colours only where a person looks at it. */
export interface Terminal {
  /** Data; at the pace of its reader. */
  print(text: string): Promise<void>;
  /** A line of words. */
  say(text: string): void;
  paint(text: string, colour: Colour): string;
  readonly input: Readable;
  /** A person reads the data, and the words, and can answer. */
  readonly isInteractive: boolean;
}

export const createTerminal = (
  stdout: Output,
  stderr: Output,
  input: Readable & { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Terminal => {
  // https://no-color.org: any value but the empty one.
  const colours = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    async print(text) {
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    say: (text) => void stderr.write(`${text}\n`),
    paint: (text, colour) => (colours ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text),
    input,
    isInteractive: input.isTTY === true && stderr.isTTY === true,
  };
};

/** What comes from a cluster may hold anything; in a table it must not move the cursor or colour what follows. */
export const plain = (text: string): string =>
  // Of ten thousand rows hardly one has such a sign.
  CONTROL.test(text) ? text.replace(CONTROLS, ' ').trim() : text.trim();

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are made of
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, with the rest of an order to a terminal
const CONTROLS = /(?:\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u001f\u007f-\u009f])+/g;
