import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { noUseTold, useTold } from '../../service/utilisation/told.ts';
import type { SceneNow } from '../scene.ts';
import { visit } from '../visit.ts';

export const job = (now: SceneNow): void => {
  const started = async (jobName: string, more: Record<string, unknown> = {}): Promise<{ page: Page; id: string }> => {
    const { browser, platform } = now();
    const { id } = await platform.submit({ jobName, algorithm: { algorithmName: 'lightgbm' }, ...more });
    return { id, page: await visit(browser, `${platform.url}/jobs/${id}`) };
  };
  const heading = (page: Page) => page.getByRole('heading', { level: 1 });
  const state = (page: Page, text: string) => heading(page).getByText(text, { exact: true }).waitFor();
  const act = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const confirm = (page: Page, name: string) =>
    page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

  test('the timeline tells where the time went, and moves on while one watches', async () => {
    // So long that nobody's look can miss that it runs.
    const { page } = await started('timeline-sleep-90');
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByText(/Starting on member\d/).waitFor();
    await timeline.getByText(/Running on member\d/).waitFor();
    await state(page, 'Succeeded');
    await timeline.getByText('Succeeded').waitFor();
    const history = page.getByRole('region', { name: 'History' });
    await history.getByText(/placed it on member\d/).waitFor();
    const time = timeline.getByRole('listitem').first().locator('time');
    // The exact time with its zone on hover.
    expect(await time.getAttribute('title')).toMatch(/\d{4}.*\d:\d\d:\d\d.*(UTC|GMT)/);
  });

  test('what a job uses is shown while it runs, its idle GPUs in the list too; else why it is not known', async () => {
    const { database, platform, browser } = now();
    const { page, id } = await started('hungry-forever', { targetClusters: ['member2'] });
    await state(page, 'Running');
    const card = page.getByRole('region', { name: 'Utilisation' });
    await card.getByText('No utilisation. The platform has asked no Prometheus').waitFor();
    await noUseTold(database, 'member2', 'It has no Service monitoring/prometheus:9090');
    await page.reload();
    await card.getByText('No utilisation. member2: It has no Service monitoring/prometheus:9090.').waitFor();
    await useTold(database, id, 'member2', { gpuPercent: 47, gpus: 4, idleGpus: 2, cpuPercent: 81 });
    await page.reload();
    await card.getByText('47 %, 2 of them idle').waitFor();
    await card.getByText('81 % of what it asked for').waitFor();
    const list = await visit(browser, `${platform.url}/?q=hungry-forever&columns=use`);
    await list.getByRole('cell', { name: 'GPU 47 %' }).waitFor();
    const clusters = await visit(browser, `${platform.url}/clusters`);
    await clusters.getByText('No utilisation: It has no Service monitoring/prometheus:9090').waitFor();
    await database.query("delete from cluster_utilisation where cluster = 'member2'");
  });

  test('a failed job ends in red, and its history keeps the lines of what was said', async () => {
    const { page, id } = await started('red-end-fail');
    await state(page, 'Failed');
    const said = 'Traceback:\n    File "train.py"';
    await now().database.query("update event set message = $2 where job_id = $1 and status = 'Failed'", [id, said]);
    await page.reload();
    const history = page.getByRole('region', { name: 'History' });
    await expect.poll(() => history.getByText('Traceback').innerText()).toBe(said);

    const end = await page.getByTitle('The job failed').boundingBox();
    const bar = await page.getByTitle('The job failed').locator('..').boundingBox();
    const edge = (box: typeof end) => Math.round((box?.x ?? 0) + (box?.width ?? 0));
    expect(end?.width).toBeGreaterThanOrEqual(4);
    expect([edge(end), end?.height]).toEqual([edge(bar), bar?.height]);
  });

  test('a job whose image cannot be pulled says so, and what to do', async () => {
    const { page } = await started('image-gone', {
      algorithm: { source: 'container', imageUri: 'registry.example.com/missing/train:1' },
      entrypoint: 'python train.py',
    });
    await page.getByText('Check the name of the image').first().waitFor();
    await page.getByRole('region', { name: 'Pods' }).getByText('Back-off pulling image').first().waitFor();
  });

  test('a job that ran out of memory is cloned with more of it, filled in', async () => {
    const { page, id } = await started('hungry-fail');
    await state(page, 'Failed');
    await now().database.query("update job set message = 'The driver ended as OOMKilled' where id = $1", [id]);
    await page.reload();
    await page.getByRole('link', { name: 'Clone with 32 GiB' }).click();
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('hungry-fail');
    expect(await page.getByLabel('Memory', { exact: true }).inputValue()).toBe('32');
  });

  test('the log follows a running job, is searched, filtered by pod, and downloaded', async () => {
    const { page, id } = await started('log-forever');
    await page.getByRole('link', { name: 'Logs' }).click();
    const log = page.getByRole('region', { name: 'Log', exact: true });
    await log.getByText(/epoch 3\//).waitFor();
    await page.getByText('following as the job writes').waitFor();
    await page.getByLabel('Search the log').fill('EPOCH 2/');
    await page.getByText('1 of 1').waitFor();
    expect(await log.locator('mark').innerText()).toBe('epoch 2/');
    await page.getByRole('button', { name: 'Regular expression' }).click();
    await page.getByLabel('Search the log').fill('epoch [23]/');
    await page.getByText('1 of 2').waitFor();
    // What one looks at can be sent to somebody else.
    const shared = await visit(now().browser, page.url());
    await shared.getByText('1 of 2').waitFor();
    expect(await shared.getByLabel('Search the log').inputValue()).toBe('epoch [23]/');
    await page.getByLabel('Search the log').fill('(');
    await page.getByText('no pattern').waitFor();
    await page.getByLabel('Search the log').fill('');
    await page.getByRole('button', { name: 'Regular expression' }).click();
    await page.getByRole('button', { name: 'Line 2', exact: true }).click();
    const pointed = new URL(page.url()).searchParams;
    expect(pointed.get('line')).toBe('2');
    expect(await page.getByText(/^\d{4}-\d\d-\d\d \d\d:/).count()).toBe(0);
    await page.getByRole('button', { name: 'Times' }).click();
    const stamp = log.locator('[data-index="1"] [title]');
    expect(new Date(await stamp.innerText()).getTime()).toBe(Date.parse(pointed.get('at') ?? ''));
    await page.getByRole('button', { name: 'Full window' }).click();
    await page.getByRole('button', { name: 'Leave the full window' }).waitFor();
    const sizes = async () => {
      const { width = 0, height = 0 } = (await log.boundingBox()) ?? {};
      return [width > 1200, height > 600];
    };
    await expect.poll(sizes).toEqual([true, true]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Full window' }).waitFor();

    await page.getByLabel('Pod').selectOption({ label: 'head' });
    await log.getByText(/has joined/).waitFor();
    await expect.poll(() => log.getByText(/epoch/).count()).toBe(0);
    expect(new URL(page.url()).searchParams.get('pod')).toMatch(/-head$/);

    const download = page.waitForEvent('download');
    await act(page, 'Download');
    const file = await download;
    expect(file.suggestedFilename()).toBe(`${id}.log`);
    expect(await readFile(await file.path(), 'utf8')).toMatch(/epoch 2\//);
  });

  test('the log of the run before a suspension is still there, and one run can be chosen', async () => {
    const { page, id } = await started('pause-forever');
    const { platform } = now();
    await page.getByRole('link', { name: 'Logs' }).click();
    const log = page.getByRole('region', { name: 'Log', exact: true });
    await log.getByText(/epoch 2\//).waitFor();
    await act(page, 'Suspend');
    await confirm(page, 'Suspend job');
    await state(page, 'Suspended');
    await act(page, 'Resume');
    await state(page, 'Running');
    const runs = async () => (await fetch(`${platform.url}/api/v1/jobs/${id}/logs/runs`)).json();
    await expect.poll(runs).toMatchObject({ runs: [{ live: false }, { live: true }] });
    await page.reload();
    await page.getByLabel('Run').selectOption({ label: 'Run 1, kept' });
    await log.getByText(/epoch 2\//).waitFor();
    const [first] = await log.getByText(/epoch \d/).allInnerTexts();
    await page.getByLabel('Run').selectOption({ label: 'Run 2' });
    expect(new URL(page.url()).search).toBe('?run=2');
    await page.reload();
    await log.getByText(/epoch 1\//).waitFor();
    expect(first).toMatch(/epoch 1\//);
  });

  test('cancel asks first, ends the job, and its log is still there; retry and clone begin anew', async () => {
    const { page, id } = await started('cancel-forever');
    await state(page, 'Running');
    await act(page, 'Cancel');
    await page.getByRole('dialog').getByText('Logs and history stay').waitFor();
    await confirm(page, 'Keep running');
    await act(page, 'Cancel');
    await confirm(page, 'Cancel job');
    await state(page, 'Cancelled');
    await page.getByRole('link', { name: 'Logs' }).click();
    await page
      .getByRole('region', { name: 'Log', exact: true })
      .getByText(/has joined|epoch/)
      .first()
      .waitFor();

    await act(page, 'Retry');
    await confirm(page, 'Retry job');
    await page.waitForURL((url) => !url.pathname.includes(id));
    await page.getByText('Attempt', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Attempts' }).click();
    await page.getByRole('link', { name: /Attempt 1/ }).click();
    await page.waitForURL(new RegExp(`/jobs/${id}/attempts`));
    await state(page, 'Cancelled');

    await page.getByRole('link', { name: 'Clone' }).click();
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('cancel-forever');
    expect(new URL(page.url()).search).toBe('');
  });

  test('suspend frees the job, resume lets it go on, delete removes it', async () => {
    const { page, id } = await started('suspend-forever');
    await state(page, 'Running');
    await act(page, 'Suspend');
    await confirm(page, 'Suspend job');
    await state(page, 'Suspended');
    // What it has run stands still while it rests, and is what the timeline says.
    const facts = page.getByRole('definition');
    const ranFor = facts.nth(
      await page
        .getByRole('term')
        .allInnerTexts()
        .then((terms) => terms.indexOf('Ran for')),
    );
    const ran = await ranFor.innerText();
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByText(/Suspended on member\d/).waitFor();
    await timeline.getByText(/^(?![01] s ).+ so far$/).waitFor();
    expect(await ranFor.innerText()).toBe(ran);
    await act(page, 'Resume');
    await state(page, 'Running');
    await act(page, 'Delete');
    await confirm(page, 'Delete job');
    await page.waitForURL((url) => url.pathname === '/');
    await expect.poll(async () => (await fetch(`${now().platform.url}/api/v1/jobs/${id}`)).status).toBe(404);
    await page.goto(`${now().platform.url}/jobs/${id}`);
    await page.getByText('There is no such job').waitFor();
  });

  test('the overview tells what was asked for; the priority of what waits can be changed, and its place is told', async () => {
    const { platform } = now();
    await platform.karmada.stopListening();
    try {
      const { page } = await started('in-line', {
        priority: 3,
        hyperparameters: { lightgbm: { num_leaves: 77 } },
        resources: { instanceResources: { cpuCores: 2, memoryGiB: 8 }, instanceCount: 3 },
      });
      await page.getByText('3 × 2 cores, 8 GiB').waitFor();
      const parameters = page.getByRole('region', { name: 'Changed hyperparameters' });
      await expect.poll(() => parameters.getByText('77').count()).toBe(1);
      await page.getByText(/^number \d+ of \d+$/).waitFor();
      await page.getByRole('button', { name: 'Change the priority' }).click();
      await page.getByRole('dialog').getByLabel('Priority').fill('900');
      await page.getByRole('dialog').getByRole('button', { name: 'Change' }).click();
      await page.getByText(/^number 1 of \d+$/).waitFor();
      await page.getByRole('region', { name: 'History' }).getByText('Priority changed').waitFor();
    } finally {
      await platform.karmada.listenAgain();
    }
  });

  test('who asked for it is notified when the job ends, and led to it', async () => {
    const { page, id } = await started('notify-forever');
    await page.addInitScript(`
      window.shown = [];
      window.Notification = class { constructor(title) { this.title = title; window.shown.push(this); } };
      window.Notification.requestPermission = async () => 'granted';
    `);
    await page.reload();
    await state(page, 'Running');
    await act(page, 'Notify me');
    await page.getByRole('button', { name: 'Notify me', pressed: true }).waitFor();
    await page.goto(now().platform.url);
    await page.getByText('Live', { exact: true }).waitFor();
    await fetch(`${now().platform.url}/api/v1/jobs/${id}/cancel`, { method: 'POST' });
    await expect
      .poll(() => page.evaluate('window.shown.map(({ title }) => title)'))
      .toEqual(['notify-forever: Cancelled']);
    await page.evaluate('window.shown[0].onclick()');
    await state(page, 'Cancelled');
    expect(await page.getByRole('button', { name: 'Notify me' }).count()).toBe(0);
  });

  test('links of the deployment lead to other systems', async () => {
    const { browser, platform } = now();
    const other = await platform.beside({
      JOB_LINKS: '[{"label": "Grafana", "url": "https://grafana.example/d/jobs?var-job={id}"}]',
    });
    try {
      const { id } = await platform.submit({ jobName: 'linked', algorithm: { algorithmName: 'xgboost' } });
      const page = await visit(browser, `${other.url}/jobs/${id}`);
      const link = page.getByRole('link', { name: /^Grafana/ });
      expect(await link.getAttribute('href')).toBe(`https://grafana.example/d/jobs?var-job=${id}`);
    } finally {
      await other.stop();
    }
  });

  test('request and manifest can be read', async () => {
    const { page } = await started('manifest');
    await page.getByRole('link', { name: 'Request', exact: true }).click();
    await page.getByText('jobName: manifest').waitFor();
    await page.getByText('algorithm', { exact: true }).click();
    await page.getByText('algorithmName: lightgbm').waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Manifest' }).click();
    await page
      .getByRole('region', { name: /^RayJob / })
      .getByText(/kind: RayJob/)
      .waitFor();
    await page
      .getByText(/kind: PropagationPolicy/)
      .first()
      .waitFor();
  });
};
