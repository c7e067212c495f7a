import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const README = 'infra/helm/README.md';

/** The lines of a file that a block of code names in its first line, as a comment. */
const examples = [...readFileSync(README, 'utf8').matchAll(/```\w+\n(?:\/\/|#) (\S+\/\S+)\n([\s\S]*?)```/g)].map(
  ([, path = '', code = '']) => ({
    path,
    lines: code
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
  }),
);

test('the page of examples is there', () => {
  expect(examples.length).toBeGreaterThan(15);
});

test.each(examples)('$path has the lines that the page shows', ({ lines, path }) => {
  // Long lines are broken by the formatter, and of some the page shows the beginning.
  const text = readFileSync(path, 'utf8').replaceAll(/\s+/g, ' ');
  expect(lines.filter((line) => !text.includes(line.replaceAll(/\s+/g, ' ')))).toEqual([]);
});

test('every file of the derivation that the page names is there', () => {
  const page = readFileSync(README, 'utf8');
  for (const [, file = ''] of page.matchAll(/`([-a-z]+\.ts)`/g)) {
    if (file === 'settings.ts') continue;
    const folder = file.endsWith('.test.ts') ? 'test/infra/helm' : 'infra/helm';
    expect(() => readFileSync(`${folder}/${file}`), file).not.toThrow();
  }
});
