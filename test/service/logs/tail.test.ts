import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTail, type TailQuery } from '../../../service/logs/tail.ts';

/** Answers as a kubelet does: the last lines, and of these the first bytes. */
function logOf(lines: readonly string[]) {
  const reads: number[] = [];
  return {
    reads,
    async read({ tailLines, limitBytes }: TailQuery): Promise<Buffer> {
      const tail = lines.slice(Math.max(0, lines.length - tailLines));
      const bytes = Buffer.from(tail.map((line) => `${line}\n`).join('')).subarray(0, limitBytes);
      reads.push(bytes.length);
      return bytes;
    },
  };
}

it('one small read has all of a short log', async () => {
  const log = logOf(['one', 'two']);
  expect(await readTail(log.read, 1000)).toEqual({ bytes: Buffer.from('one\ntwo\n'), isCut: false });
  expect(log.reads).toHaveLength(1);
});

it.each([
  ['short lines', 10],
  ['usual lines', 125],
  ['long lines', 8_000],
])('the last 128 KiB of 8 MB of %s cost a few reads of that size at most', async (_name, length) => {
  const most = 128 * 1024;
  const log = logOf(Array.from({ length: 8_000_000 / length }, (_, index) => `${index} `.padEnd(length - 1, 'x')));
  const { bytes, isCut } = await readTail(log.read, most);
  expect(isCut).toBe(true);
  expect(bytes.length).toBeLessThanOrEqual(most);
  expect(bytes.length).toBeGreaterThan(most / 2);
  expect(bytes.subarray(-length).toString()).toMatch(new RegExp(`^${8_000_000 / length - 1} x*\n$`));
  expect(log.reads.reduce((sum, read) => sum + read, 0)).toBeLessThan(6 * most);
});

it('of a line without end its beginning is kept', async () => {
  const log = logOf(['first', 'x'.repeat(1_000_000)]);
  expect(await readTail(log.read, 1000)).toEqual({ bytes: Buffer.from('x'.repeat(1000)), isCut: true });
});

it('whatever was written: whole lines from the end, never more than there is room for', async () => {
  const line = fc.string({ maxLength: 60 }).map((text) => text.replaceAll('\n', ' '));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 1500 }),
      fc.integer({ min: 100, max: 20_000 }),
      async (lines, most) => {
        const log = logOf(lines);
        const { bytes, isCut } = await readTail(log.read, most);
        const whole = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        expect(bytes.length).toBeLessThanOrEqual(most);
        expect(isCut).toBe(bytes.length < whole.length || (isCut && bytes.length === whole.length));
        if (bytes.length > 0) expect(whole.subarray(whole.length - bytes.length).equals(bytes)).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});
