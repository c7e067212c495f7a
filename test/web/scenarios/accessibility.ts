import { expect, onTestFinished, test } from 'vitest';
import { freshDatabase } from '../../service/postgres.ts';
import { layoutFaults } from '../layout.ts';
import type { SceneNow } from '../scene.ts';
import { accessibilityBreaches, visit } from '../visit.ts';

export const accessibility = (now: SceneNow): void => {
  test('an empty platform, and what waits in its queue, breach nothing either', async () => {
    const { browser, platform } = now();
    const database = await freshDatabase();
    onTestFinished(() => database.drop());
    const empty = await platform.beside({}, database.connection);
    onTestFinished(() => empty.stop());
    const page = await visit(browser, empty.url);
    await page.getByText('No jobs yet').waitFor();
    await page.getByText(/^curl http/).waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);

    await platform.karmada.stopListening();
    try {
      const { id } = await platform.submit({ jobName: 'axe-waits', algorithm: { algorithmName: 'xgboost' } });
      await page.goto(`${platform.url}/jobs/${id}`);
      await page.getByRole('button', { name: 'Change the priority' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await accessibilityBreaches(page)).toEqual([]);
    } finally {
      await platform.karmada.listenAgain();
    }
  });

  test.for([
    ['light', 1280],
    ['dark', 390],
  ] as const)('nothing breaches WCAG 2.2 AA, is too small or broken: %s, %d pixels wide', async ([scheme, width]) => {
    const { browser, platform } = now();
    const { id } = await platform.submit({ jobName: `axe-fail-${scheme}`, algorithm: { algorithmName: 'xgboost' } });
    const page = await visit(browser, platform.url, { scheme, width, height: 900 });
    const found: string[] = [];
    const check = async (what: string) => {
      const faults = [...(await accessibilityBreaches(page)), ...(await layoutFaults(page))];
      found.push(...faults.map((fault) => `${what}: ${fault}`));
    };
    await page.getByRole('link', { name: `axe-fail-${scheme}` }).waitFor();
    for (const menu of ['Views', ...(width > 640 ? ['Columns'] : [])]) {
      await page.getByText(menu, { exact: true }).click();
      await page.locator('details[open]').waitFor();
      await check(menu);
      await page.keyboard.press('Escape');
    }
    if (width < 640) await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByLabel(`Select axe-fail-${scheme}`).check();
    await check('jobs');
    await page.getByRole('group', { name: 'Selected jobs' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').waitFor();
    await check('confirmation');

    await page.goto(`${platform.url}/?q=nothing+at+all`);
    await page.getByText('No job matches').waitFor();
    await check('no match');

    await page.goto(`${platform.url}/jobs/${id}`);
    await page.getByRole('heading', { level: 1 }).getByText('Failed').waitFor();
    await page.getByRole('region', { name: 'History' }).getByRole('listitem').first().waitFor();
    await check('job');
    for (const tab of ['Logs', 'Request', 'Manifest', 'Attempts']) {
      await page.getByRole('navigation', { name: 'Parts of the job' }).getByRole('link', { name: tab }).click();
      await page.getByRole('region', { name: tab, exact: true }).locator('pre, ol, [aria-label=Log]').first().waitFor();
      await check(tab);
    }
    await page.goto(`${platform.url}/jobs/${id}/logs?q=epoch`);
    await page.getByRole('button', { name: 'Times' }).click();
    await page.getByRole('button', { name: 'Full window' }).click();
    await page.locator('mark').first().waitFor();
    await check('full window');

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
    const line = page.getByText(/^(Simulated clusters|Real trainers on this machine)$/);
    expect(await line.count()).toBe(0);
    await check('clusters');
    let localTrainings: string | undefined;
    await page.route('**/config.json', (route) => route.fulfill({ json: { apiBaseUrl: '', localTrainings } }));
    for (const [clusters, said] of [
      ['simulated', 'Simulated clusters'],
      ['real', 'Real trainers on this machine'],
    ] as const) {
      localTrainings = clusters;
      await page.goto(`${platform.url}/clusters`);
      await page.getByRole('heading', { name: 'member1' }).waitFor();
      expect(await line.innerText()).toBe(said);
      await check(said);
    }
    localTrainings = undefined;
    await page.goto(`${platform.url}/no/such/page`);
    await page.getByText('There is no page').waitFor();
    await check('not found');
    await page.goto(`${platform.url}/jobs/nobody-00000000`);
    await page.getByText('There is no such job').waitFor();
    await check('no such job');

    // The service has answered all along; now what it says is that it cannot. A status for which it is asked once only.
    const refuse = (url: string) =>
      page.route(url, (route) => route.fulfill({ status: 409, json: { status: 409, title: 'The database is full' } }));
    await refuse('**/api/v1/{jobs,summary,proxy,queue,filters}**');
    for (const path of ['/', `/jobs/${id}`, '/clusters']) {
      await page.goto(platform.url + path);
      await page.getByText('The database is full').first().waitFor();
      await check(`failing ${path}`);
    }
    await refuse('**/api/v1/me');
    await page.goto(platform.url);
    await page.getByRole('heading', { name: 'cannot be opened just now' }).waitFor();
    await check('cannot be opened');
    expect(found).toEqual([]);
  });
};
