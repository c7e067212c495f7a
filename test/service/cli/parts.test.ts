import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { setField } from '../../../service/cli/jobs/set.ts';
import { jsonPath } from '../../../service/cli/output/json-path.ts';
import { createTable } from '../../../service/cli/output/table.ts';
import { duration, secondsOf } from '../../../service/cli/output/time.ts';
import { settingsFile } from '../../../service/cli/settings/place.ts';
import { createTerminal } from '../../../service/cli/terminal.ts';

describe('-o jsonpath', () => {
  const job = {
    id: 'a-1',
    clusters: ['m1', 'm2'],
    request: { 'a.b': 1, resources: { instanceCount: 3 } },
    ok: true,
    none: null,
  };
  const jobs = [
    { id: 'a', status: 'Failed', priority: 1 },
    { id: 'b', status: 'Running', priority: 9 },
  ];
  test.each([
    ['{.id}', job, 'a-1'],
    ['id', job, 'a-1'],
    ['{.clusters[0]} of {.clusters[-1]}', job, 'm1 of m2'],
    ['{.clusters[*]}', job, 'm1 m2'],
    ['{.clusters[1:]}', job, 'm2'],
    ["{.request['a.b']}", job, '1'],
    ['{..instanceCount}', job, '3'],
    ['{.request.resources}', job, '{"instanceCount":3}'],
    ['{.ok} {.none} {.missing}', job, 'true null '],
    ['{[*].id}', jobs, 'a b'],
    ['{[?(@.status=="Failed")].id}', jobs, 'a'],
    ['{[?(@.priority>=9)].id}', jobs, 'b'],
    ['{range [*]}{.id}{"\\t"}{.status}{"\\n"}{end}', jobs, 'a\tFailed\nb\tRunning\n'],
    ['{"{}"}', jobs, '{}'],
  ])('%s', (template, value, text) => {
    expect(jsonPath(template)(value)).toBe(text);
  });

  test.each(['{.id', '{end}', '{range [*]}', '{.a b}', '{"a}', '{[?(@.x)]}'])(
    '%s is refused with its reason',
    (template) => {
      expect(() => jsonPath(template)).toThrow(/^-o jsonpath=/);
    },
  );
});

describe('--set', () => {
  const set = (...assignments: string[]) => {
    const request: Record<string, unknown> = { resources: { instanceCount: 1 }, list: ['a'] };
    for (const each of assignments) setField(request, each);
    return request;
  };
  test('reads what is JSON as that, all else as text, and makes what is missing', () => {
    expect(
      set(
        'resources.instanceCount=4',
        'a.b=true',
        'inputDataConfig[0].bucket=C:\\data=x',
        'list[1]=["b"]',
        'n="4"',
        'z=',
      ),
    ).toEqual({
      resources: { instanceCount: 4 },
      a: { b: true },
      inputDataConfig: [{ bucket: 'C:\\data=x' }],
      list: ['a', ['b']],
      n: '4',
    });
    expect(set('list[0]=', 'resources=')).toEqual({ list: [] });
  });
  test.each(['resources', '=1', 'list.name=1', 'resources[0]=1', '__proto__.x=1', 'resources.instanceCount.x=1'])(
    '%s is refused',
    (assignment) => {
      expect(() => set(assignment)).toThrow(/^--set /);
      expect({}).not.toHaveProperty('x');
    },
  );
});

test('lengths of time are read and told', () => {
  expect(['90', '90s', '15m', '2h', '1h30m', '1d'].map(secondsOf)).toEqual([90, 90, 900, 7200, 5400, 86_400]);
  for (const wrong of ['', 'long', '1x', '-1', '1 h']) expect(() => secondsOf(wrong)).toThrow('is no length of time');
  expect([0, 42, 310, 3600, 90_061, 10 * 86_400 + 5000].map((seconds) => duration(seconds * 1000))).toEqual([
    '0s',
    '42s',
    '5m10s',
    '1h',
    '1d1h',
    '10d',
  ]);
});

test('settings are kept where the system keeps those of a person', () => {
  expect(settingsFile('linux', {}, '/home/ann')).toBe('/home/ann/.config/mlp/config.json');
  expect(settingsFile('linux', { XDG_CONFIG_HOME: '/cfg' }, '/home/ann')).toBe('/cfg/mlp/config.json');
  expect(settingsFile('linux', { XDG_CONFIG_HOME: 'relative' }, '/home/ann')).toBe('/home/ann/.config/mlp/config.json');
  expect(settingsFile('darwin', {}, '/Users/ann')).toBe('/Users/ann/Library/Application Support/mlp/config.json');
  const roaming = 'C:\\Users\\ann\\AppData\\Roaming';
  expect(settingsFile('win32', { APPDATA: roaming }, 'C:\\Users\\ann')).toBe(`${roaming}\\mlp\\config.json`);
  expect(settingsFile('win32', {}, 'C:\\Users\\ann')).toBe(`${roaming}\\mlp\\config.json`);
  expect(settingsFile('win32', { MLP_CONFIG: 'D:\\mlp.json' }, 'C:\\Users\\ann')).toBe('D:\\mlp.json');
});

test('a table stays in its columns over several pages, and takes no orders from what it shows', () => {
  const table = createTable<string>([
    { title: 'A', text: (row) => row },
    { title: 'B', text: () => 'x' },
  ]);
  expect(table(['longer'])).toBe('A        B\nlonger   x\n');
  expect(table(['b', 'c\u001b[31m\nd', ''])).toBe('b        x\nc d      x\n-        x\n');
});

test('colours are for a terminal that wants them', () => {
  const painted = (isTTY: boolean, env: Record<string, string> = {}) => {
    const stdout = Object.assign(new PassThrough(), { isTTY });
    return createTerminal(stdout, new PassThrough(), new PassThrough(), env).paint('x', 'red');
  };
  expect(painted(true)).toBe('\x1b[31mx\x1b[0m');
  expect([painted(false), painted(true, { NO_COLOR: '1' }), painted(true, { TERM: 'dumb' })]).toEqual(['x', 'x', 'x']);
  expect(painted(true, { NO_COLOR: '' })).not.toBe('x');
});
