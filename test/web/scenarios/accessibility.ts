import { expect, test } from 'vitest';
import type { SceneNow } from '../scene.ts';
import { accessibilityBreaches, visit } from '../visit.ts';

export const accessibility = (now: SceneNow): void => {
  test.for([
    ['light', 1280],
    ['dark', 390],
  ] as const)('no page breaches WCAG 2.2 AA: %s, %d pixels wide', { timeout: 60_000 }, async ([scheme, width]) => {
    const { browser, platform } = now();
    const { id } = await platform.submit({ jobName: `axe-fail-${scheme}`, algorithm: { algorithmName: 'xgboost' } });
    const page = await visit(browser, platform.url, { scheme, width, height: 900 });
    const found: string[] = [];
    const check = async (what: string) => {
      found.push(...(await accessibilityBreaches(page)).map((breach) => `${what}: ${breach}`));
    };
    await page.getByRole('link', { name: `axe-fail-${scheme}` }).waitFor();
    await page.getByLabel(`Select axe-fail-${scheme}`).check();
    await check('jobs');
    await page.getByRole('group', { name: 'Selected jobs' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').waitFor();
    await check('confirmation');

    await page.goto(`${platform.url}/jobs/${id}`);
    await page.getByRole('heading', { level: 1 }).getByText('Failed').waitFor();
    await page.getByRole('region', { name: 'History' }).getByRole('listitem').first().waitFor();
    await check('job');
    for (const tab of ['Logs', 'Request', 'Manifest', 'Attempts']) {
      await page.getByRole('navigation', { name: 'Parts of the job' }).getByRole('link', { name: tab }).click();
      await page.getByRole('region', { name: tab, exact: true }).locator('pre, ol, [aria-label=Log]').first().waitFor();
      await check(tab);
    }

    await page.goto(`${platform.url}/new`);
    await page.getByText('30 more fields').click();
    await page.getByLabel('lambda_bias', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Add a channel' }).click();
    await page.getByRole('button', { name: 'Add a variable' }).click();
    await check('new job');
    await page.getByRole('button', { name: 'Review', exact: true }).click();
    await page.getByRole('alert').waitFor();
    await check('refused');
    await page.getByLabel('Name', { exact: true }).fill('accessible');
    await page.getByRole('button', { name: 'Review', exact: true }).click();
    await page.getByText('look at this first').waitFor();
    await check('review');
    await page.goBack();
    await page.getByRole('button', { name: 'JSON' }).click();
    await check('json');

    await page.goto(`${platform.url}/clusters`);
    await page.getByRole('heading', { name: 'member1' }).waitFor();
    await check('clusters');
    await page.goto(`${platform.url}/no/such/page`);
    await page.getByText('There is no page').waitFor();
    await check('not found');
    expect(found).toEqual([]);
  });
};
