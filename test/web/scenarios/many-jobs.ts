import { expect, test } from 'vitest';
import { parseJobRequest } from '../../../service/jobs/request.ts';
import type { SceneNow } from '../scene.ts';
import { focusedText, visit } from '../visit.ts';

const MANY = 10_000;
/** What fits a screen, and some above and below. */
const MAX_ROWS = 80;

export const manyJobs = (now: SceneNow): void => {
  test('are scrolled through to the last, with a screenful of rows in the page', async () => {
    const { browser, database, platform } = now();
    const parsed = parseJobRequest({ jobName: 'many', algorithm: { algorithmName: 'xgboost' } });
    if (!parsed.ok) throw new Error('The request is wrong');
    await database.query(
      `insert into job (id, object_name, job_name, namespace, algorithm, priority, kind, request, status, reason, message,
                        clusters, dispatched_at, started_at, finished_at, logs_kept_at, created_at)
       select 'many-' || n, 'many-' || n, 'many-' || n, 'many', 'xgboost', 500, 'RayJob', $1::json, 'Succeeded', 'Succeeded', '',
              '{member1}', now(), now(), now(), now(), now() - n * interval '1 second'
         from generate_series(1, $2::int) n`,
      [JSON.stringify(parsed.request), MANY],
    );
    const page = await visit(browser, `${platform.url}/?namespace=many`);
    await page.getByRole('link', { name: 'many-1', exact: true }).waitFor();
    const end = page.getByText(`${MANY.toLocaleString('en')} jobs, that is all`);
    const rows = () => page.locator('[data-index]').count();
    let most = 0;
    const last = page.getByRole('link', { name: `many-${MANY}`, exact: true });
    // The list grows while one is on the way to its end: End is pressed again, as a reader would.
    while ((await end.count()) === 0 || (await last.count()) === 0) {
      await page.keyboard.press('End');
      most = Math.max(most, await rows());
    }
    expect(most).toBeLessThan(MAX_ROWS);
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(MANY + 1));

    // A row keeps its place while one reads, and what is far away is one key away.
    await last.focus();
    await page.keyboard.press('Home');
    await expect.poll(() => focusedText(page)).toBe('many-1');
  });
};
