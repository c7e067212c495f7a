import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FilterValues } from '../../../service/web/api/types.ts';
import type { SceneNow } from '../scene.ts';
import { accessibilityBreaches, hasFocus, visit } from '../visit.ts';

export const curves = (now: SceneNow): void => {
  /** A job that is an hour old: a curve begins where its job does. */
  const submit = async (jobName: string, eta: number): Promise<{ id: string }> => {
    const { platform, database } = now();
    const algorithm = { algorithmName: 'xgboost' };
    const { id } = await platform.submit({ jobName, algorithm, hyperparameters: { xgboost: { eta } } });
    await database.query("update job set created_at = created_at - interval '1 hour' where id = $1", [id]);
    return { id };
  };

  /**
   * An error that falls, told every ten seconds; from its 40th report on by a second attempt. Simulated trainings tell numbers
   * of their own, but none of these.
   */
  const tell = (jobId: string, from: number, to: number): Promise<void> => {
    const points = Array.from({ length: to - from }, (_, place) => {
      const step = from + place;
      const at = Date.now() - (100 - step) * 10_000;
      return {
        at,
        step: step * 10,
        numbers: { rmse: 1 / (1 + step), val_rmse: 1.2 / (1 + step), r2: step / 100 },
      };
    });
    const marks = [{ at: points[0]?.at ?? 0, attempt: from === 0 ? 1 : 2, cluster: 'member1' }];
    return now()
      .database.store()
      .curves.append([{ jobId, points, marks, steppedAt: null, stepSeconds: null }]);
  };
  const open = (path: string): Promise<Page> => visit(now().browser, `${now().platform.url}${path}`);

  test('a job’s numbers are drawn, told in words, as a table and as a file, and go on', async () => {
    const { id } = await submit('curves-forever', 0.3);
    await tell(id, 0, 40);
    const page = await open(`/jobs/${id}/curves`);
    const rmse = page.getByRole('region', { name: 'rmse', exact: true });
    await rmse.getByText('rmse 0.025, lowest 0.025 at step 390').waitFor();
    await rmse.getByText(/^val_rmse 0.03, lowest/).waitFor();
    await page
      .getByRole('region', { name: 'r2' })
      .getByText(/highest 0.39/)
      .waitFor();
    await expect.poll(() => rmse.locator('canvas').count()).toBe(1);
    expect(await accessibilityBreaches(page)).toEqual([]);

    await page.getByLabel('Logarithmic').check();
    await page.getByLabel('Smoothing').fill('0.5');
    await rmse.getByRole('group').press('+');
    await tell(id, 40, 60);
    await rmse.getByText(/^rmse 0.01667/).waitFor();
    await rmse.getByRole('button', { name: 'Reset zoom' }).click();
    await rmse.getByRole('button', { name: 'Reset zoom' }).waitFor({ state: 'detached' });
    expect(await rmse.getByRole('group').evaluate(hasFocus)).toBe(true);

    await page.getByLabel('As a table').check();
    await rmse.getByRole('cell', { name: '590', exact: true }).first().waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('curves-forever-curves.csv');
    expect(await readFile(await file.path(), 'utf8')).toMatch(
      /^name,time,step,value,min,max\n[\s\S]*^"r2",.*Z,0,0,0,0$/m,
    );
  });

  test('one that is watched from its first number on is shown as far as it has come', async () => {
    const { id } = await submit('watched-forever', 0.3);
    // A number that the simulated training does not tell, without steps.
    const tellOnly = (from: number, to: number): Promise<void> => {
      const points = Array.from({ length: to - from }, (_, place) => ({
        at: Date.now() - (100 - from - place) * 10_000,
        step: null,
        numbers: { rmse: 1 / (1 + from + place) },
      }));
      const { curves } = now().database.store();
      return curves.append([{ jobId: id, points, marks: [], steppedAt: null, stepSeconds: null }]);
    };
    await tellOnly(0, 1);
    const page = await open(`/jobs/${id}/curves`);
    const figure = page.getByRole('region', { name: 'rmse', exact: true });
    await figure.getByText(/^rmse 1,/).waitFor();
    await figure.locator('canvas').waitFor();
    await tellOnly(1, 60);
    await figure.getByText(/^rmse 0.01667,/).waitFor();
    // The middle of the picture is the middle of the run, not its first number.
    await figure.locator('.u-over').hover();
    await figure.getByText(/ · rmse 0\.0[234]\d*/).waitFor();
  });

  test('one that has told nothing says how a program tells', async () => {
    const { id } = await submit('curveless-unschedulable', 0.3);
    const page = await open(`/jobs/${id}/curves`);
    await page.getByText('It has told no numbers yet').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
  });

  test('two jobs are chosen in the list and stand side by side, with what they differ in', async () => {
    const [one, two] = [await submit('beside-forever-1', 0.1), await submit('beside-forever-2', 0.2)];
    await tell(one.id, 0, 30);
    await tell(two.id, 0, 20);
    const page = await open('/?q=beside-');
    await page.getByLabel('Select beside-forever-1').check();
    expect(await page.getByRole('link', { name: 'Compare' }).count()).toBe(0);
    await page.getByLabel('Select beside-forever-2').check();
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.getByRole('rowheader', { name: /eta$/ }).waitFor();
    const values = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: /eta$/ }) });
    expect((await values.getByRole('cell').allInnerTexts()).toSorted()).toEqual(['0.1', '0.2']);
    const rmse = page.getByRole('region', { name: 'rmse', exact: true });
    await rmse.getByText(/^beside-forever-1 0.03333/).waitFor();
    await rmse.getByText(/^beside-forever-2 0.05/).waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
  });

  test('the list is in the order of a number that is chosen; those that do not tell it are at its end', async () => {
    const ids: string[] = [];
    for (const name of ['ordered-forever-1', 'ordered-forever-2', 'ordered-forever-3'])
      ids.push((await submit(name, 0.3)).id);
    const [one = '', two = ''] = ids;
    await tell(one, 0, 30);
    await tell(two, 0, 20);
    await now().database.store().curves.settle([one, two]);
    const known = async (): Promise<string[]> => {
      const answer = await fetch(`${now().platform.url}/api/v1/filters`);
      return ((await answer.json()) as FilterValues).metric.map(({ value }) => value);
    };
    await expect.poll(known).toContain('r2');
    const page = await open('/?q=ordered-');
    const names = () => page.getByRole('row').getByRole('link').allInnerTexts();
    await page.getByLabel('Sort by number').selectOption('r2');
    await expect.poll(names).toEqual(['ordered-forever-1', 'ordered-forever-2', 'ordered-forever-3']);
    const heading = page.getByRole('columnheader', { name: 'r2' });
    expect(await heading.getAttribute('aria-sort')).toBe('descending');
    await heading.getByRole('button').click();
    await expect.poll(names).toEqual(['ordered-forever-2', 'ordered-forever-1', 'ordered-forever-3']);
    expect(new URL(page.url()).searchParams.get('sort')).toBe('metric:r2');

    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Filters' }).click();
    expect(await page.getByLabel('Sort by').inputValue()).toBe('metric:r2');
    await page.getByLabel('Sort by').selectOption('Sort by rmse');
    await expect.poll(names).toEqual(['ordered-forever-1', 'ordered-forever-2', 'ordered-forever-3']);
  });

  test('fewer than two are no comparison', async () => {
    const page = await open('/compare');
    await page.getByText('Choose two to 5 jobs').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
  });
};
