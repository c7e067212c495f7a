import { EventEmitter, once } from 'node:events';
import type { Page, Route } from 'playwright-core';
import { expect, test } from 'vitest';
import type { TrainingProgress } from '../../../service/jobs/progress.ts';
import { parseJobRequest } from '../../../service/jobs/request.ts';
import { overlap } from '../layout.ts';
import type { SceneNow } from '../scene.ts';
import { accessibilityBreaches, focusedText, hasFocus, visit } from '../visit.ts';

const ENDED_REQUEST = parseJobRequest({ jobName: 'ended', algorithm: { algorithmName: 'xgboost' } });
const PROGRESS: TrainingProgress = {
  // What reports itself is not told of by its log, which is read beside.
  source: 'report',
  percent: 0,
  epoch: 9,
  etaSeconds: 720,
  loss: 0.31231,
  step: null,
  metrics: { loss: 0.31231 },
  checkpoint: '/checkpoints/epoch-9',
  attempt: 1,
  workers: { ready: 4, of: 4 },
};

const ENDED_JOBS = `
  insert into job (id, object_name, job_name, namespace, algorithm, priority, kind, request, status, reason, message,
                   clusters, dispatched_at, started_at, finished_at, logs_kept_at, created_at)
  select 'ended-' || n, 'ended-' || n, 'ended-' || n, 'ended', 'xgboost', 500, 'RayJob', $1::json->'request', 'Succeeded', 'Succeeded', '',
         '{}', now(), now(), now(), now(), now() - n * interval '1 second'
    from generate_series(1, $2::int) n`;

export const jobs = (now: SceneNow): void => {
  const open = (path = '/'): Promise<Page> => visit(now().browser, `${now().platform.url}${path}`);
  const submit = (jobName: string, algorithmName = 'xgboost', more: Record<string, unknown> = {}) =>
    now().platform.submit({ jobName, algorithm: { algorithmName }, ...more });
  const row = (page: Page, name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
  const names = (page: Page) => page.getByRole('row').getByRole('link').allInnerTexts();

  test('filters and sort are the server’s, stand in the URL, and survive a reload', async () => {
    await submit('filter-low', 'lightgbm', { priority: 1 });
    await submit('filter-high', 'lightgbm', { priority: 9 });
    await submit('filter-other', 'jax-pjit', { priority: 5 });
    const page = await open();
    await page.getByLabel('Search jobs').fill('filter-');
    await page.getByRole('combobox', { name: 'Algorithm' }).selectOption('lightgbm');
    await page.getByRole('button', { name: 'Priority' }).click();
    await expect.poll(() => names(page)).toEqual(['filter-high', 'filter-low']);
    await page.getByRole('button', { name: 'Priority' }).click();
    await expect.poll(() => names(page)).toEqual(['filter-low', 'filter-high']);
    // What is typed is sent after a pause.
    const search = () => Object.fromEntries(new URL(page.url()).searchParams);
    await expect.poll(search).toEqual({ q: 'filter-', algorithm: 'lightgbm', sort: 'priority' });

    await page.reload();
    await expect.poll(() => names(page)).toEqual(['filter-low', 'filter-high']);
    expect(await page.getByLabel('Search jobs').inputValue()).toBe('filter-');
    expect(await page.getByRole('columnheader', { name: 'Priority' }).getAttribute('aria-sort')).toBe('ascending');

    await page.getByLabel('Search jobs').fill('no such thing');
    await page.getByText('No job matches these filters').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await row(page, 'filter-other').waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  test('counts filter by state', async () => {
    await submit('count-fail');
    const { id } = await submit('count-forever');
    await fetch(`${now().platform.url}/api/v1/jobs/${id}/cancel`, { method: 'POST' });
    const page = await open('/?q=count-');
    await row(page, 'count-fail').getByText('Failed', { exact: true }).waitFor();
    await row(page, 'count-forever').getByText('Cancelled', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Succeeded/ }).click();
    await page.getByText('No job matches').waitFor();
    await page.getByRole('button', { name: /^Failed/ }).click();
    await expect.poll(() => names(page)).toEqual(['count-fail']);
    await page.getByRole('button', { name: 'Cancelled 1' }).click();
    await expect.poll(() => names(page)).toEqual(['count-forever']);
    expect(new URL(page.url()).searchParams.get('state')).toBe('Cancelled');
  });

  test('rows change where they stand; new jobs are announced, and shown when asked for', async () => {
    const page = await open('/?q=still-');
    await page.getByText('No job matches').waitFor();
    await submit('still-one');
    // An empty list has nothing that could move.
    await row(page, 'still-one').waitFor();
    await submit('still-two');
    await page.getByRole('button', { name: '1 new job' }).waitFor();
    await submit('still-three');
    await page.getByRole('button', { name: '2 new jobs' }).waitFor();
    await row(page, 'still-one').getByText('Succeeded').waitFor();
    expect(await names(page)).toEqual(['still-one']);
    const heading = await page.getByRole('row').first().boundingBox();
    expect(overlap(await page.getByRole('button', { name: '2 new jobs' }).boundingBox(), heading)).toBe(false);
    await page.getByRole('button', { name: '2 new jobs' }).click();
    await expect.poll(() => names(page)).toEqual(['still-three', 'still-two', 'still-one']);
    await expect.poll(() => page.getByRole('button', { name: /new jobs?$/ }).count()).toBe(0);
  });

  const cancelled = async (id: string): Promise<void> => {
    await fetch(`${now().platform.url}/api/v1/jobs/${id}/cancel`, { method: 'POST' });
    const reason = async () => {
      const response = await fetch(`${now().platform.url}/api/v1/jobs/${id}`);
      return ((await response.json()) as { reason: string }).reason;
    };
    await expect.poll(reason).toBe('Cancelled');
  };

  test('a list that is on its way while something happens shows it all the same', async () => {
    const { id } = await submit('underway-forever');
    const page = await open('/?q=nothing-yet');
    await page.getByText('Live', { exact: true }).waitFor();
    const change = async (route: Route): Promise<void> => {
      const before = await route.fetch();
      const counts = page.waitForRequest('**/api/v1/summary*');
      await cancelled(id);
      // Counts are read again when the event has reached the page.
      await counts;
      await route.fulfill({ response: before });
    };
    await page.route('**/api/v1/jobs?*q=underway*', change, { times: 1 });
    await page.getByLabel('Search jobs').fill('underway-');
    await row(page, 'underway-forever').getByText('Cancelled', { exact: true }).waitFor();
  });

  test('what happens before the page listens is not missed', async () => {
    const { id } = await submit('early-forever');
    const page = await open('/clusters');
    const gate = new EventEmitter();
    const mayListen = once(gate, 'open');
    await page.route('**/api/v1/events*', async (route) => {
      await mayListen;
      await route.continue();
    });
    await page.goto(`${now().platform.url}/?q=early-`);
    await row(page, 'early-forever').waitFor();
    await cancelled(id);
    gate.emit('open');
    await row(page, 'early-forever').getByText('Cancelled', { exact: true }).waitFor();
  });

  test('how far a training is stands in its row and moves there; its page tells more', async () => {
    const { id } = await submit('progress-forever', 'xgboost', { targetClusters: ['member1'] });
    const store = now().database.store();
    const tell = (percent: number) =>
      store.progress.save([{ jobId: id, cluster: 'member1', progress: { ...PROGRESS, percent }, under: [] }], []);
    await submit('progress-unschedulable');
    const page = await open('/?q=progress-');
    await row(page, 'progress-forever').getByText('Running', { exact: true }).waitFor();
    /** Until it is seen: the log of the simulated training may be read in between, and tells another. */
    const seen = (percent: number, look: () => Promise<string | null>) =>
      expect.poll(async () => {
        await tell(percent);
        return look();
      });
    const bar = row(page, 'progress-forever').getByRole('progressbar');
    await seen(45, () => bar.getAttribute('aria-valuetext')).toMatch(/^45 %, \d+ (s|min) left$/);
    expect(await row(page, 'progress-unschedulable').getByRole('progressbar').count()).toBe(0);
    await seen(46, () => bar.getAttribute('aria-valuenow')).toBe('46');
    await page.getByRole('link', { name: 'progress-forever', exact: true }).click();
    const panel = page.getByRole('region', { name: 'Progress' });
    const panelBar = panel.getByRole('progressbar');
    await seen(46, () => panelBar.getAttribute('aria-valuenow')).toBe('46');
    await seen(46, () => panel.textContent()).toMatch(/0\.3123.*reports to the hub/s);
    await seen(47, () => panelBar.getAttribute('aria-valuenow')).toBe('47');
  });

  test('what does not get on is marked, found by one press, and explained on its page', async () => {
    const { id } = await submit('look-forever-stalled');
    await submit('look-forever-well');
    const page = await open('/?q=look-');
    await expect.poll(() => page.getByRole('row').getByText('Running', { exact: true }).count()).toBe(2);
    const attention = { reason: 'Stalled', message: 'No step for 12 min.', since: new Date().toISOString() };
    await now().database.query('update job set attention = $2 where id = $1', [id, JSON.stringify(attention)]);
    await page.getByRole('button', { name: 'Needs attention' }).click();
    await expect.poll(() => names(page)).toEqual(['look-forever-stalled']);
    await row(page, 'look-forever-stalled').getByText('Stalled').first().waitFor();
    expect(new URL(page.url()).searchParams.get('attention')).toBe('true');
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.getByRole('link', { name: 'look-forever-stalled' }).click();
    await page.getByRole('status').getByText('No step for 12 min.').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
  });

  test('several are selected, cancelled, retried and deleted at once, after a confirmation', async () => {
    for (const name of ['bulk-forever-1', 'bulk-forever-2', 'bulk-forever-3']) await submit(name);
    const page = await open('/?q=bulk-');
    await expect.poll(() => page.getByRole('row').getByText('Running', { exact: true }).count()).toBe(3);
    await page.getByLabel('Select bulk-forever-1').check();
    await page.getByLabel('Select bulk-forever-3').click({ modifiers: ['Shift'] });
    const selection = page.getByRole('group', { name: 'Selected jobs' });
    await selection.getByText('3 jobs selected').waitFor();
    await page.getByLabel('Select bulk-forever-3').uncheck();
    expect(await selection.getByRole('button', { name: 'Retry' }).isDisabled()).toBe(true);

    await selection.getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend 2 jobs' }).click();
    await expect.poll(() => page.getByRole('row').getByText('Suspended').count()).toBe(2);
    await page.getByLabel('Select bulk-forever-1').check();
    await page.getByLabel('Select bulk-forever-2').check();
    await selection.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume 2 jobs' }).click();
    await expect.poll(() => page.getByRole('row').getByText('Running', { exact: true }).count()).toBe(3);
    await page.getByLabel('Select bulk-forever-1').check();
    await page.getByLabel('Select bulk-forever-2').check();

    await selection.getByRole('button', { name: 'Cancel' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('bulk-forever-2').waitFor();
    await dialog.getByRole('button', { name: 'Cancel 2 jobs' }).click();
    await page.getByText('Cancel requested for 2 jobs').waitFor();
    await expect.poll(() => page.getByRole('row').getByText('Cancelled').count()).toBe(2);
    await row(page, 'bulk-forever-3').getByText('Running').waitFor();

    await page.getByLabel('Select bulk-forever-1').check();
    await page.getByLabel('Select bulk-forever-2').check();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') asked.push(new URL(request.url()).pathname);
    });
    await selection.getByRole('button', { name: 'Retry' }).click();
    await dialog.getByRole('button', { name: 'Retry 2 jobs' }).click();
    await page.getByRole('button', { name: '2 new jobs' }).click();
    expect(asked).toEqual(['/api/v1/actions']);
    await expect.poll(() => names(page)).toHaveLength(5);

    await page.getByLabel(/Select all 5/).check();
    await selection.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete 5 jobs' }).click();
    await page.getByText('No job matches').waitFor();
  });

  test('more than are loaded are selected when they match, and acted on by one request', async () => {
    const { database } = now();
    await database.query(ENDED_JOBS, [JSON.stringify(ENDED_REQUEST), 120]);
    const page = await open('/?namespace=ended');
    await row(page, 'ended-1').waitFor();
    await page.getByLabel(/Select all \d+ loaded/).check();
    const selection = page.getByRole('group', { name: 'Selected jobs' });
    const all = selection.getByRole('button', { name: 'Select all that match' });
    // The rest may have been loaded meanwhile, since little is left below.
    if ((await all.count()) > 0) await all.click();
    else await page.getByLabel(/Select all 120 loaded/).check();
    await selection.getByText('120 jobs selected').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET') asked.push(`${request.method()} ${new URL(request.url()).pathname}`);
    });
    await selection.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete 120 jobs' }).click();
    await page.getByText('Delete requested for 120 jobs').waitFor();
    expect(asked).toEqual(['POST /api/v1/actions']);
    const left = await database.query("select from job where namespace = 'ended' and wanted <> 'delete'");
    expect(left).toEqual([]);
  });

  test('columns are chosen, and a view is kept by its name and shared by its address', async () => {
    await submit('kept-view', 'lightgbm');
    const page = await open('/?q=kept-view');
    await row(page, 'kept-view').waitFor();
    await page.getByText('Columns', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'Namespace' }).uncheck();
    await page.getByRole('checkbox', { name: 'Priority' }).uncheck();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('columnheader', { name: 'Priority' }).count()).toBe(0);
    await page.getByRole('columnheader', { name: 'Owner' }).waitFor();

    await page.getByText('Views', { exact: true }).click();
    await page.getByLabel('Name of this view').fill('mine of today');
    await page.getByRole('button', { name: 'Save' }).click();
    const address = page.url();
    expect(new URL(address).searchParams.get('columns')).toBe('owner,algorithm,cluster,loss,use,age,duration');
    await page.goto(now().platform.url);
    await page.getByText('Views', { exact: true }).click();
    await page.getByRole('link', { name: 'mine of today' }).click();
    await expect.poll(() => page.url()).toBe(address);
    await expect.poll(() => names(page)).toEqual(['kept-view']);
    // Whoever is given the address sees the same, without having chosen anything.
    const other = await visit(now().browser, address);
    await row(other, 'kept-view').waitFor();
    expect(await other.getByRole('columnheader', { name: 'Priority' }).count()).toBe(0);
  });

  test('the whole table can be used from the keyboard', async () => {
    for (const name of ['keys-a', 'keys-b', 'keys-c']) await submit(name);
    const page = await open('/?q=keys-&sort=jobName');
    await expect.poll(() => names(page)).toHaveLength(3);
    await page.keyboard.press('ControlOrMeta+k');
    expect(await page.getByLabel('Search jobs').evaluate(hasFocus)).toBe(true);
    const focused = () => focusedText(page);
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('keys-a');
    await page.keyboard.press('ControlOrMeta+k');
    // Tab goes on from the search to the first row.
    for (let press = 0; press < 20 && (await focused()) !== 'keys-a'; press++) await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('keys-b');
    await page.keyboard.press('x');
    expect(await page.getByLabel('Select keys-b').isChecked()).toBe(true);
    await page.keyboard.press('End');
    expect(await focused()).toBe('keys-c');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /keys-c/ }).waitFor();
    // The focus goes to the heading of the page that came.
    await expect.poll(() => page.locator(':focus').evaluate((element) => element.tagName)).toBe('H1');
  });
};
