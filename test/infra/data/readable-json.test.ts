import { expect, test } from 'vitest';
import { readableJson } from '../../../infra/data/readable-json.ts';

const value = {
  a: 1,
  time: { from: 'now-3h', to: 'now' },
  none: [],
  list: [{ x: [1, 2] }, { y: null }],
  left: undefined,
};

test('what holds only plain values stands on one line', () => {
  expect(readableJson(value)).toBe(`{
  "a": 1,
  "time": { "from": "now-3h", "to": "now" },
  "none": [],
  "list": [
    {
      "x": [1, 2]
    },
    { "y": null }
  ]
}`);
});

test('it is the same JSON, and broken into the same lines whatever the length of its texts', () => {
  expect(JSON.parse(readableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
  const long = { ...value, time: { from: 'x'.repeat(500), to: '' } };
  expect(readableJson(long).split('\n')).toHaveLength(readableJson(value).split('\n').length);
});
