import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseJobRequest } from '../../../service/jobs/request.ts';
import { layoutFaults } from '../layout.ts';
import type { SceneNow } from '../scene.ts';
import { accessibilityBreaches, visit } from '../visit.ts';

/** In a month of which no other test knows: one that came to something in three hours, and one that failed after one. */
const JOBS_OF_LONG_AGO = `
  insert into job (id, object_name, job_name, namespace, algorithm, priority, kind, request, status, reason, message,
                   clusters, created_at, dispatched_at, started_at, finished_at, ran_ms, logs_kept_at)
  select 'long-ago-' || status, 'long-ago-' || status, 'long-ago', 'team-of-old', 'xgboost', 500, 'RayJob', $1::json, status, reason, '',
         '{}', day, day, day, day + hours * interval '1 hour', hours * 3600000, now()
    from (values ('Succeeded', 'Succeeded', 3), ('Failed', 'AppFailed', 1)) ended (status, reason, hours),
         (select timestamptz '2001-01-10 12:00Z' as day) began`;

export const goodput = (now: SceneNow): void => {
  test('hours by team, what of them was lost and to what, for days that one chooses, and as a file', async () => {
    const { browser, database, platform } = now();
    const parsed = parseJobRequest({
      jobName: 'long-ago',
      algorithm: { algorithmName: 'xgboost' },
      resources: { instanceResources: { cpuCores: 4, memoryGiB: 8, gpuCount: 2 } },
    });
    if (!parsed.ok) throw new Error('The request is wrong');
    await database.query(JOBS_OF_LONG_AGO, [JSON.stringify(parsed.request)]);

    const page = await visit(browser, platform.url);
    await page.getByRole('link', { name: 'Goodput' }).first().click();
    await page.getByRole('button', { name: '7 days', pressed: true }).waitFor();
    await page.goto(`${platform.url}/goodput?from=2001-01-01&to=2001-01-31`);
    const all = page.getByRole('region', { name: 'All teams' });
    await all.getByText('8 h', { exact: true }).waitFor();
    await all.getByText('25% of the hours').waitFor();
    const team = page.getByRole('row', { name: /team-of-old/ });
    await team.getByRole('cell', { name: '2 h (25%)' }).waitFor();
    await page.getByRole('columnheader', { name: 'Failed by itself' }).waitFor();
    await page.getByRole('button', { name: 'CPU hours' }).click();
    await all.getByText('16 h', { exact: true }).waitFor();
    expect([...(await accessibilityBreaches(page)), ...(await layoutFaults(page))]).toEqual([]);

    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('goodput-2001-01-01-to-2001-01-31.csv');
    expect(await readFile(await file.path(), 'utf8')).toMatch(/^namespace,jobs,.*\r\nteam-of-old,2,2,8,16,/);

    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect([...(await accessibilityBreaches(page)), ...(await layoutFaults(page))]).toEqual([]);
    await page.getByLabel('To', { exact: true }).fill('2001-01-09');
    await page.getByText('Nothing ran in this time').waitFor();
    expect(new URL(page.url()).search).toBe('?from=2001-01-01&to=2001-01-09');
    expect([...(await accessibilityBreaches(page)), ...(await layoutFaults(page))]).toEqual([]);
    await team.getByRole('link').waitFor({ state: 'detached' });
  });
};
