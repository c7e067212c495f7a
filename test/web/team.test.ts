import { describe, expect, test } from 'vitest';
import type { Algorithm, Job, JobEvent, JobRequest } from '../../service/web/api/types.ts';
import { COLUMN_ORDER, fittingColumns, readColumns, writeColumns } from '../../service/web/lib/columns.ts';
import { linksOf } from '../../service/web/lib/links.ts';
import { createSearch, findLines, findPlace, readPlace, writePlace } from '../../service/web/lib/log-search.ts';
import { groupPods, groupWarnings, type KubeEvent, lookOf, type Pod } from '../../service/web/lib/pods.ts';
import { changedParameters, imageOf, limitOf, resourcesOf } from '../../service/web/lib/request-facts.ts';
import { readViews, type SavedView, withoutView, withView } from '../../service/web/lib/views.ts';
import { readWatched, toldOf } from '../../service/web/lib/watched-jobs.ts';

describe('columns', () => {
  const read = (search: string, remembered: string | null = null) =>
    readColumns(new URLSearchParams(search), remembered);

  test('are those of the address, else those chosen in this browser, else all', () => {
    expect(read('')).toEqual(COLUMN_ORDER);
    expect(read('', 'age,owner')).toEqual(['owner', 'age']);
    expect(read('?columns=duration,secrets,owner', 'age')).toEqual(['owner', 'duration']);
    expect(writeColumns(read('?columns=duration,owner'))).toBe('owner,duration');
    expect(writeColumns(COLUMN_ORDER)).toBe('');
  });

  test('go where there is no room for them, those first that are worth least', () => {
    expect(fittingColumns(COLUMN_ORDER, 100)).toEqual(COLUMN_ORDER);
    expect(fittingColumns(COLUMN_ORDER, 48)).toEqual(['cluster', 'age', 'duration']);
    expect(fittingColumns(['namespace'], 40)).toEqual(['namespace']);
    expect(fittingColumns(COLUMN_ORDER, 20)).toEqual([]);
  });
});

describe('saved views', () => {
  test('are kept by name, and replaced under the same', () => {
    const views = [
      { name: 'b', search: '?owner=ann' },
      { name: 'a', search: '' },
      { name: 'b', search: '?owner=bob' },
    ].reduce<readonly SavedView[]>(withView, []);
    expect(views).toEqual([
      { name: 'a', search: '' },
      { name: 'b', search: '?owner=bob' },
    ]);
    expect(withoutView(views, 'a').map(({ name }) => name)).toEqual(['b']);
  });

  test('that somebody else wrote there are left out', () => {
    expect(readViews([{ name: 'x', search: 'javascript:alert(1)' }, 7, null, { name: '' }])).toEqual([]);
    expect(readViews({ broken: true })).toEqual([]);
  });
});

describe('pods', () => {
  const pod = (name: string, fields: Partial<Pod> = {}): Pod =>
    ({
      name,
      role: 'worker',
      phase: 'Pending',
      node: null,
      ready: false,
      restarts: 0,
      reason: null,
      message: null,
      advice: null,
      createdAt: null,
      ...fields,
    }) as Pod;

  test('a submitter that ended as Error is in trouble, whatever its phase says', () => {
    expect(lookOf(pod('s', { phase: 'Succeeded', reason: 'Error' }))).toBe('trouble');
    expect(lookOf(pod('s', { phase: 'Succeeded', reason: 'Completed' }))).toBe('well');
    expect(lookOf(pod('s', { phase: 'Running', ready: true }))).toBe('well');
    expect(lookOf(pod('s'))).toBe('waiting');
  });

  test('that say the same are told once, and each hint once', () => {
    const stuck = (name: string) =>
      pod(name, { reason: 'ImagePullBackOff', message: `Back-off pulling image for ${name}`, advice: 'check the tag' });
    const groups = groupPods(
      [stuck('w-1'), pod('head', { role: 'head', ready: true, phase: 'Running' }), stuck('w-2'), stuck('w-3')],
      'RayJob',
    );
    expect(groups.map(({ role, pods, hint }) => [role, pods.length, hint])).toEqual([
      ['Worker', 3, 'Check the tag.'],
      ['Head', 1, undefined],
    ]);
    const event = (object: string, at: string): KubeEvent => ({
      at,
      type: 'Warning',
      reason: 'Failed',
      message: `Failed to pull image for ${object.slice(4)}`,
      object,
      count: 2,
      advice: 'check the tag',
    });
    const [warning, ...others] = groupWarnings(
      [
        event('Pod/w-1', '2026-01-01T00:00:01Z'),
        event('Pod/w-2', '2026-01-01T00:00:02Z'),
        { ...event('Pod/w-3', ''), type: 'Normal' },
      ],
      groups,
    );
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ count: 4, objects: ['Pod/w-1', 'Pod/w-2'], hint: undefined });
    expect(warning?.event.object).toBe('Pod/w-2');
  });
});

test('the overview tells what was asked for, and of hyperparameters what differs', () => {
  const request = {
    jobName: 'x',
    algorithm: { source: 'builtin', algorithmName: 'xgboost' },
    resources: { instanceResources: { cpuCores: 4, memoryGiB: 16, gpuCount: 2 }, instanceCount: 3, volumeSizeGB: 50 },
    stoppingCondition: { maxRuntimeSeconds: 7200 },
    hyperparameters: { xgboost: { eta: 0.1, max_depth: 6, eval_metric: ['rmse'], lambda: 0 } },
    customHyperparameters: { SEED: 7 },
  } as unknown as JobRequest;
  const fields = [
    { name: 'eta', default: 0.3 },
    { name: 'max_depth', default: 6 },
    { name: 'eval_metric', default: ['rmse'] },
    { name: 'lambda', default: 1 },
  ];
  expect(resourcesOf(request)).toBe('3 × 4 cores, 16 GiB, 2 GPU');
  expect(limitOf(request)).toBe('2 h 00 min');
  expect(imageOf(request)).toBeNull();
  expect(imageOf({ ...request, headImage: 'a:1', workerImage: 'a:1' })).toBe('a:1');
  expect(changedParameters(request, { fields } as Algorithm)).toEqual([
    ['eta', '0.1'],
    ['lambda', '0'],
    ['SEED', '7'],
  ]);
});

describe('the search in a log', () => {
  const lines = ['epoch 1/9 loss=0.5', 'Epoch 12/9', 'a.b'].map((text, index) => ({
    number: index + 1,
    pod: '',
    at: `2026-01-01T00:00:0${index}Z`,
    text,
  }));
  const found = (text: string, isPattern: boolean) => findLines(lines, createSearch(text, isPattern));

  test('takes text as it stands, and regular expressions when told so', () => {
    expect(found('EPOCH', false)).toEqual([0, 1]);
    expect(found('a.b', false)).toEqual([2]);
    expect(found('epoch \\d\\d', false)).toEqual([]);
    expect(found('epoch \\d\\d', true)).toEqual([1]);
    expect(createSearch('o', false).find('foo')).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test('says of a pattern that is none why, and of one that matches nothing everywhere no match', () => {
    expect(createSearch('(', true)).toMatchObject({ error: expect.stringContaining('(') });
    expect(found('(', true)).toEqual([]);
    expect(found('x*', true)).toEqual([]);
  });

  test('stands in the address with the line that is pointed at', () => {
    const search = '?run=2&pod=a-head&q=a+b&regex=1&line=12&at=2026-01-01T00%3A00%3A00Z';
    expect(writePlace(readPlace(search))).toBe(search);
    expect(writePlace(readPlace('?line=-1&regex=yes&other=1&run=0&at=x'))).toBe('');
  });

  test('a line is found again by its time when its number has changed', () => {
    const found = (search: string) => findPlace(lines, readPlace(search));
    expect(found('?line=2')).toBe(1);
    expect(found('?line=2&at=2026-01-01T00:00:01Z')).toBe(1);
    expect(found('?line=1&at=2026-01-01T00:00:02Z')).toBe(2);
    expect(found('?line=1&at=2026-01-01T00:00:09Z')).toBe(-1);
    expect(found('')).toBe(-1);
  });
});

describe('links to other systems', () => {
  const job = { id: 'a-1', jobName: 'a', clusters: [], algorithm: 'my algo/ü', createdBy: null } as unknown as Job;

  test('have what the job has, encoded; one that lacks something is left out', () => {
    const link = (url: string) => ({ label: 'x', url });
    expect(linksOf([link('https://g.example/d?var={id}&a={algorithm}')], job)).toEqual([
      link('https://g.example/d?var=a-1&a=my%20algo%2F%C3%BC'),
    ]);
    expect(linksOf([link('https://{cluster}.example/'), link('https://x.example/{owner}')], job)).toEqual([]);
    expect(linksOf([link('https://{cluster}.example/')], { ...job, clusters: ['m1'] })).toHaveLength(1);
    expect(linksOf([link('javascript:alert("{id}")'), link('/relative/{id}')], job)).toEqual([]);
  });
});

test('of a watched job the end and what needs somebody are told, and nothing of the others', () => {
  const event = (jobId: string, status: string, previous: string, reason: string) =>
    ({ jobId, status, previous, reason, message: 'm' }) as JobEvent;
  const events = [
    event('one-0d0abcc3', 'Running', 'Pending', 'Running'),
    event('one-0d0abcc3', 'Pending', 'Pending', 'Unschedulable'),
    event('one-0d0abcc3', 'Succeeded', 'Running', 'Succeeded'),
    event('two-0d0abcc3', 'Failed', 'Running', 'AppFailed'),
  ];
  expect(toldOf(events, readWatched(['one-0d0abcc3', 7])).map(({ title, ended }) => [title, ended])).toEqual([
    ['one: Unschedulable', false],
    ['one has succeeded', true],
  ]);
  expect(readWatched({ broken: true })).toEqual([]);
});
