import { expect, test } from 'vitest';
import type { SceneNow } from '../scene.ts';
import { visit } from '../visit.ts';

export const clusters = (now: SceneNow): void => {
  test('readiness with its reason, place, capacity and jobs of each cluster, and how fresh that is', async () => {
    const { browser, platform } = now();
    const { id } = await platform.submit({
      jobName: 'here-forever',
      algorithm: { algorithmName: 'xgboost' },
      targetClusters: ['member3'],
    });
    const page = await visit(browser, `${platform.url}/clusters`);
    const card = page.getByRole('listitem', { name: 'member3' });
    await card.getByText('us-east, us-east-1c').waitFor();
    await card.getByText(/free of 128 cores/).waitFor();
    await card.getByText(/free of 16$/).waitFor();
    await card.getByText(/Jobs seen/).waitFor();

    const stored = async () => (await fetch(`${platform.url}/api/v1/jobs/${id}`)).json();
    await expect.poll(stored).toMatchObject({ status: 'Running' });
    const reachable = platform.karmada.faults.add({ kind: 'refuse', where: 'member3' });
    try {
      await card.getByText('Not ready').waitFor();
      await card.getByText(/Not answering, last heard/).waitFor();
      await page.getByText('2 of 3 clusters ready').waitFor();
      // The job keeps its state, and says why that may be old.
      await card.getByRole('link', { name: /Running/ }).click();
      await page.getByRole('link', { name: 'here-forever' }).click();
      await page
        .getByText(/unreachable since/)
        .first()
        .waitFor();
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Running');
      await page.getByRole('link', { name: 'Back to the jobs' }).click();
      await page
        .getByRole('row', { name: /here-forever/ })
        .getByText('member3 does not answer')
        .waitFor();
      await page.getByRole('link', { name: 'here-forever' }).click();
    } finally {
      reachable();
    }
    // The monitor asks again after a pause that grows with each failure.
    await page.getByRole('region', { name: 'History' }).getByText('member3 answers again').waitFor();
    expect(await page.getByRole('region', { name: 'Reason' }).count()).toBe(0);
  });

  test('while Karmada is away one banner says so, and the clusters are as last known', async () => {
    const { browser, platform } = now();
    const page = await visit(browser, `${platform.url}/clusters`);
    await page.getByRole('listitem', { name: 'member1' }).waitFor();
    const back = platform.karmada.faults.add({ kind: 'refuse', where: 'karmada' });
    try {
      await page.getByText(/Karmada does not answer since/).waitFor();
      await page.getByRole('listitem', { name: 'member1' }).waitFor();
      await page.getByRole('link', { name: 'Jobs' }).first().click();
      await page.getByText(/Karmada does not answer since/).waitFor();
    } finally {
      back();
    }
    await page.getByText(/Karmada does not answer since/).waitFor({ state: 'detached' });
  });
};
