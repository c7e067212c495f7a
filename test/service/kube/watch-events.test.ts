import fc from 'fast-check';
import { expect, test } from 'vitest';
import { events } from '../../../service/kube/watch.ts';
import { ASKED } from './asked.ts';

async function* chunked(text: string, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...at, bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

test('events come whole however the stream is cut, also in the middle of a character', async () => {
  const event = fc.record({
    type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED'),
    object: fc.record({
      apiVersion: fc.constant('example.com/v1'),
      kind: fc.constant('Widget'),
      metadata: fc.record({ name: fc.string({ minLength: 1, unit: 'grapheme' }) }),
    }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 30 }), async (sent, cuts) => {
      const text = sent.map((one) => `${JSON.stringify(one)}\n`).join('');
      expect(await all(events(chunked(text, cuts), ASKED))).toEqual(sent);
    }),
    { numRuns: 200 },
  );
});

test('an event that was cut off is not handed out, and is not an error: the watch is resumed before it', async () => {
  const object = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' } };
  const text = `${JSON.stringify({ type: 'ADDED', object })}\n{"type":"MODIFIED","obj`;
  expect(await all(events(chunked(text, []), ASKED))).toEqual([{ type: 'ADDED', object }]);
});

test.each(['{"type":\n', 'null\n', '{"type":"ADDED","object":{}}\n', '{"type":"GONE","object":{}}\n', '<html>\n'])(
  'garbled event %j',
  async (line) => {
    await expect(all(events(chunked(line, []), ASKED))).rejects.toMatchObject({ failure: 'garbled' });
  },
);
