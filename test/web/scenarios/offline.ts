import { expect, test } from 'vitest';
import type { SceneNow } from '../scene.ts';
import { visit } from '../visit.ts';

export const offline = (now: SceneNow): void => {
  test('the last known list stays, marked with its time, and comes back by itself', async () => {
    const { browser, platform } = now();
    await platform.submit({ jobName: 'lost-and-found', algorithm: { algorithmName: 'xgboost' } });
    const page = await visit(browser, `${platform.url}/?q=lost-and-found`);
    await page.getByRole('link', { name: 'lost-and-found' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    // The page fetches its other parts while there is time.
    const fetched = "performance.getEntriesByType('resource').some(({ name }) => name.includes('clusters-page'))";
    await expect.poll(() => page.evaluate(fetched)).toBe(true);

    await platform.stop();
    await page.getByText('The service cannot be reached.').waitFor();
    await page.getByText(/What you see is from \d+:\d\d:\d\d/).waitFor();
    await page.getByRole('link', { name: 'lost-and-found' }).waitFor();
    // What was known elsewhere is still there, too.
    await page.getByRole('link', { name: 'Clusters' }).first().click();
    await page.getByRole('heading', { name: 'member1' }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'lost-and-found' }).waitFor();

    await platform.startAgain();
    // By itself, or by hand: whichever is first.
    const live = page.getByText('Live', { exact: true }).waitFor();
    await Promise.any([page.getByRole('button', { name: 'Try now' }).click(), live]);
    await live;
    expect(await page.getByText('The service cannot be reached.').count()).toBe(0);
    await platform.submit({ jobName: 'lost-and-found-2', algorithm: { algorithmName: 'xgboost' } });
    await page.getByRole('button', { name: '1 new job' }).click();
    await page.getByRole('link', { name: 'lost-and-found-2' }).waitFor();
  });
};
