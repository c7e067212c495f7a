import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../docs/adr');
const files = readdirSync(FOLDER).filter((file) => /^\d{4}-.*\.md$/.test(file));
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

test('each decision begins with its number, and the list of them has it by its title', () => {
  const rows = files.map((file) => {
    const [, number, title] = /^# (\d{4}) (.+)\n/.exec(read(file)) ?? [];
    expect(number, file).toBe(file.slice(0, 4));
    return `| [${number}](${file}) | ${title} |`;
  });
  const listed = read('README.md')
    .split('\n')
    .filter((line) => line.startsWith('| ['));
  expect(listed).toEqual(rows);
});
