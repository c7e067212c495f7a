import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ALGORITHMS } from '../../../service/jobs/algorithms/index.ts';
import type { SceneNow } from '../scene.ts';
import { hasFocus, visit } from '../visit.ts';

export const newJob = (now: SceneNow): void => {
  const open = async (path = '/new'): Promise<Page> => {
    const { browser, platform } = now();
    return visit(browser, `${platform.url}${path}`);
  };
  const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
  const review = (page: Page) => page.getByRole('button', { name: 'Review', exact: true }).click();
  const submit = (page: Page) => page.getByRole('button', { name: 'Submit job' }).click();
  const atItsJob = async (page: Page): Promise<string> => {
    await page.waitForURL(/\/jobs\/[a-z0-9-]+$/);
    return new URL(page.url()).pathname.split('/').at(-1) ?? '';
  };
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by looking at it
  const stored = async (id: string): Promise<any> => (await fetch(`${now().platform.url}/api/v1/jobs/${id}`)).json();

  test('each algorithm is offered with all its fields, submitted, watched to its end, and has left its log', async () => {
    const page = await open();
    const ids: string[] = [];
    for (const { name, title, hyperparameters, common } of ALGORITHMS) {
      await field(page, 'Name').fill(`each-${name}`.slice(0, 54));
      await page.getByRole('combobox', { name: 'Algorithm', exact: true }).selectOption({ label: title });
      const fields = Object.keys(hyperparameters.shape);
      await page.getByText(`${fields.length} fields, all at their defaults.`).waitFor();
      await page.getByText(`${fields.length - common.length} more fields`).click();
      for (const one of [fields[0], fields.at(-1)]) await page.getByLabel(`${one}`, { exact: true }).waitFor();
      expect(await page.getByRole('region', { name: 'Hyperparameters' }).locator('label code').count()).toBe(
        fields.length,
      );
      await review(page);
      await submit(page);
      ids.push(await atItsJob(page));
      if (name !== ALGORITHMS.at(-1)?.name) await page.getByRole('link', { name: 'New job' }).first().click();
    }
    // The list shows them end without being loaded again.
    await page.getByRole('link', { name: 'Back to the jobs' }).click();
    for (const id of ids) {
      const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: id.slice(0, -9), exact: true }) });
      await row.getByText('Succeeded').waitFor();
    }
    await page.getByRole('link', { name: 'each-jax-pjit' }).click();
    await page.getByRole('link', { name: 'Logs' }).click();
    await page
      .getByRole('region', { name: 'Log' })
      .getByText(/model of .* saved/)
      .waitFor();
  });

  test('what is set in the form arrives: hyperparameters, resources, channels, output, clusters, a volume to be kept', async () => {
    const page = await open();
    await field(page, 'Name').fill('form-arrives');
    await page.getByLabel('Find a hyperparameter').fill('max_depth');
    await page.getByLabel('max_depth', { exact: true }).fill('0');
    await page.getByLabel('Find a hyperparameter').fill('eval_metric');
    await page.getByLabel('eval_metric', { exact: true }).fill('auc');
    await page.keyboard.press('Enter');
    await field(page, 'GPUs').fill('2');
    await field(page, 'Stop after').fill('1h');
    await page.getByText('1 h 00 min.').waitFor();

    await page.getByRole('button', { name: 'Add a channel' }).click();
    await field(page, 'Bucket').fill('datasets');
    await page.getByRole('button', { name: 'Duplicate train' }).click();
    await page.getByRole('button', { name: 'Move validation up' }).click();
    await page.getByLabel('Put the model at').fill('s3://models/churn');
    await page.getByRole('checkbox', { name: /member2/ }).check();
    await page.getByRole('region', { name: 'Overrides' }).getByText('Show these fields').click();
    await field(page, 'Results after the end').selectOption({ label: 'Kept until the job is deleted' });

    // The answer is the job, and its page has been fetched long since: nothing grey stands in between.
    await page.evaluate(`
      window.loading = 0;
      new MutationObserver(() => (window.loading += /Loading the (page|job) /.test(document.body.innerText) ? 1 : 0))
        .observe(document.body, { childList: true, subtree: true });
    `);
    await review(page);
    await page.getByText('max_depth = 0').waitFor();
    await page.getByRole('definition').filter({ hasText: 'member2' }).waitFor();
    await page.getByRole('definition').filter({ hasText: 'kept until the job is deleted' }).waitFor();
    await submit(page);
    const { request } = await stored(await atItsJob(page));
    expect(await page.evaluate('window.loading')).toBe(0);
    expect(request.hyperparameters.xgboost).toMatchObject({ max_depth: 0, eval_metric: ['rmse', 'auc'], eta: 0.3 });
    expect(request.resources.instanceResources.gpuCount).toBe(2);
    expect(request.stoppingCondition.maxRuntimeSeconds).toBe(3600);
    expect(
      request.inputDataConfig.map((channel: { channelName: string; bucket: string }) => [
        channel.channelName,
        channel.bucket,
      ]),
    ).toEqual([
      ['validation', 'datasets'],
      ['train', 'datasets'],
    ]);
    expect(request.outputDataConfig.artifactUri).toBe('s3://models/churn');
    expect(request.targetClusters).toEqual(['member2']);
    expect(request.keepVolume).toBe(true);
  });

  test('a container of one’s own runs as a plain job', async () => {
    const page = await open();
    await field(page, 'Name').fill('own-container');
    await page.getByRole('radio', { name: /Container of your own/ }).check();
    await field(page, 'Image').fill('registry.example.com/team/train:1.0');
    await field(page, 'Runs as').selectOption('job');
    await field(page, 'Command').fill('python\ntrain.py');
    await page.getByRole('button', { name: 'Add a variable' }).click();
    await page.getByLabel('Name of variable 1').fill('FOLDS');
    await page.getByLabel('Value of variable 1').fill('5');
    await review(page);
    await submit(page);
    const job = await stored(await atItsJob(page));
    expect(job).toMatchObject({
      kind: 'Job',
      request: { command: ['python', 'train.py'], customHyperparameters: { FOLDS: 5 } },
    });
  });

  test('a bad form is refused at its fields, leads to them, and is accepted once they are right', async () => {
    const page = await open();
    await field(page, 'Name').fill('Not A Name');
    await page.getByLabel('Find a hyperparameter').fill('subsample');
    await page.getByLabel('subsample', { exact: true }).fill('7');
    await field(page, 'Memory').fill('lots');
    await review(page);

    const alert = page.getByRole('alert');
    await alert.getByText('3 fields to correct').waitFor();
    // By the words beside the fields, not by places in JSON.
    for (const label of ['Name', 'Memory', 'subsample']) await alert.getByText(label, { exact: true }).waitFor();
    await expect.poll(() => alert.evaluate(hasFocus)).toBe(true);
    const name = field(page, 'Name');
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    const described = await name.getAttribute('aria-describedby');
    expect(await page.locator(`#${described}`).innerText()).toMatch(/DNS label/);
    // The field of the hyperparameter is shown although the search above would hide it.
    await page.getByLabel('Find a hyperparameter').fill('eta');
    await alert.getByRole('button', { name: /subsample/ }).click();
    await expect.poll(() => page.getByLabel('subsample', { exact: true }).evaluate(hasFocus)).toBe(true);

    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('0.7');
    await name.fill('a-name');
    expect(await name.getAttribute('aria-invalid')).toBeNull();
    await field(page, 'Memory').fill('8');
    await review(page);
    await submit(page);
    expect((await stored(await atItsJob(page))).request.hyperparameters.xgboost.subsample).toBe(0.7);
  });

  test('form and JSON are two views of one draft, and it survives a reload until it is submitted', async () => {
    const page = await open();
    await field(page, 'Name').fill('two-views');
    await page.getByRole('button', { name: 'JSON' }).click();
    const text = page.getByLabel('The request as JSON');
    const draft = JSON.parse(await text.inputValue());
    expect(draft.jobName).toBe('two-views');
    await text.fill('{ "jobName": ');
    await page.getByText(/not valid JSON yet/).waitFor();
    expect(await page.getByRole('button', { name: 'Form' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Review', exact: true }).isDisabled()).toBe(true);
    await text.fill(JSON.stringify({ ...draft, priority: 7, hyperparameters: { xgboost: { eta: 0.05 } } }));
    await page.getByRole('button', { name: 'Form' }).click();
    expect(await field(page, 'Priority').inputValue()).toBe('7');
    await page.getByText('1 of 39 differ from the default.').waitFor();

    await page.reload();
    expect(await field(page, 'Name').inputValue()).toBe('two-views');
    expect(await page.getByLabel('eta', { exact: true }).inputValue()).toBe('0.05');
    await review(page);
    await submit(page);
    await atItsJob(page);
    await page.getByRole('link', { name: 'New job' }).first().click();
    expect(await field(page, 'Name').inputValue()).toBe('');
  });

  test('who leaves a field is told what is wrong with it, and of no other', async () => {
    const page = await open();
    await field(page, 'GPUs').fill('-1');
    await field(page, 'Memory').click();
    await page.getByText('Must be at least 0').waitFor();
    expect(await field(page, 'Name').getAttribute('aria-invalid')).toBeNull();
    await field(page, 'Name').focus();
    await field(page, 'GPUs').fill('1');
    expect(await field(page, 'GPUs').getAttribute('aria-invalid')).toBeNull();
    // The name was passed by, and left empty.
    await page.getByText('Is required').waitFor();
  });

  test('the review warns before the job is sent, shows what differs, and Back is the browser’s', async () => {
    const page = await open();
    await field(page, 'Name').fill('warned');
    await page.getByRole('combobox', { name: 'Algorithm', exact: true }).selectOption({ label: 'DeepSpeed ZeRO-3' });
    expect(await field(page, 'GPUs').inputValue()).toBe('1');
    await field(page, 'GPUs').fill('32');
    await page.getByLabel('Put the model at').fill('models');
    await review(page);
    const warnings = page.getByRole('status').filter({ hasText: 'look at this first' });
    await warnings.getByText('Size of an instance').waitFor();
    await warnings.getByText('Put the model at').waitFor();
    await page.getByRole('region', { name: 'Where it could run' }).getByText('member3').waitFor();
    await page.getByText('32 GPU').waitFor();
    expect(await page.getByRole('term').filter({ hasText: 'Priority' }).count()).toBe(0);
    await page.goBack();
    expect(await field(page, 'Name').inputValue()).toBe('warned');
    await review(page);
    await page.getByRole('button', { name: 'Back to the form' }).click();
    expect(await field(page, 'GPUs').inputValue()).toBe('32');
  });

  test('a clone asks before it takes the place of an unfinished draft', async () => {
    const { id } = await now().platform.submit({
      jobName: 'to-clone',
      algorithm: { algorithmName: 'xgboost' },
      hyperparameters: { xgboost: { max_bin: 64 } },
    });
    const page = await open();
    await field(page, 'Name').fill('unfinished');
    await page.goto(`${now().platform.url}/new?from=${id}`);
    await page.getByRole('button', { name: 'Keep the draft' }).click();
    expect(await field(page, 'Name').inputValue()).toBe('unfinished');
    await page.goto(`${now().platform.url}/new?from=${id}`);
    await page.getByRole('button', { name: 'Replace it' }).click();
    await expect.poll(() => field(page, 'Name').inputValue()).toBe('to-clone');
    // What is set seldom and was set here is not among what is folded.
    expect(await page.getByLabel('max_bin', { exact: true }).inputValue()).toBe('64');
    expect(await page.getByLabel('lambda_bias', { exact: true }).isVisible()).toBe(false);
    // Of all that the service filled in, the review shows nothing.
    await review(page);
    await page.getByText('All else is at its defaults').waitFor();
    const terms = await page.getByRole('term').allInnerTexts();
    expect(terms).toEqual(['Name', 'Algorithm', 'Hyperparameters']);
    await expect.poll(() => page.getByText('max_bin = 64').count()).toBe(1);
  });
};
