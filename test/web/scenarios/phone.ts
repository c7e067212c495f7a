import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { layoutFaults, overlap } from '../layout.ts';
import type { SceneNow } from '../scene.ts';
import { visit } from '../visit.ts';

const WIDTH = 390;

/** What a narrow window could push out of reach. */
export const phone = (now: SceneNow): void => {
  const open = (path: string): Promise<Page> =>
    visit(now().browser, `${now().platform.url}${path}`, { width: WIDTH, height: 844 });
  const isWithin = async (part: Locator): Promise<boolean> => {
    const { x = -1, width = WIDTH } = (await part.boundingBox()) ?? {};
    return x >= 0 && x + width <= WIDTH;
  };
  const submit = (jobName: string, more: Record<string, unknown> = {}) =>
    now().platform.submit({ jobName, algorithm: { algorithmName: 'lightgbm' }, ...more });

  test('the list is sorted without headings to press', async () => {
    await submit('pocket-low', { priority: 1 });
    await submit('pocket-high', { priority: 9 });
    const page = await open('/?q=pocket-');
    const names = () => page.getByRole('row').getByRole('link').allInnerTexts();
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByLabel('Sort by').selectOption({ label: 'Sort by priority' });
    await expect.poll(names).toEqual(['pocket-high', 'pocket-low']);
    await page.getByRole('button', { name: 'Descending' }).click();
    await expect.poll(names).toEqual(['pocket-low', 'pocket-high']);
    expect(await layoutFaults(page)).toEqual([]);
  });

  test('all of the log’s tool bar is at hand, and long lines are wrapped or not', async () => {
    const { id } = await submit('pocket-log-forever');
    const page = await open(`/jobs/${id}/logs?q=epoch`);
    const log = page.getByRole('region', { name: 'Log', exact: true });
    await log.locator('mark').first().waitFor();
    const tools = page.getByRole('region', { name: 'Logs', exact: true }).getByRole('button', { name: /^(?!Line )/ });
    expect(await tools.count()).toBe(8);
    for (const tool of await tools.all()) expect(await isWithin(tool), await tool.innerText()).toBe(true);

    await page.getByRole('button', { name: 'Times' }).click();
    const overflow = () => log.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    await expect.poll(overflow).toBe(0);
    await page.getByRole('button', { name: 'Wrap lines', pressed: true }).click();
    await expect.poll(overflow).toBeGreaterThan(0);
    expect(await layoutFaults(page)).toEqual([]);
  });

  test('the sections of the long form are reached from the top, and stay clear of what sticks there', async () => {
    const page = await open('/new');
    const sections = page.getByRole('navigation', { name: 'Sections of the form' });
    await sections.getByRole('link', { name: 'Hyperparameters' }).click();
    const heading = page.getByRole('heading', { name: 'Hyperparameters' });
    const seen = async () => {
      const { y = -1, height = 0 } = (await heading.boundingBox()) ?? {};
      return y >= 0 && y + height <= 844;
    };
    await expect.poll(seen).toBe(true);
    const nav = await sections.boundingBox();
    expect(overlap(await heading.boundingBox(), nav)).toBe(false);
    expect(await isWithin(sections)).toBe(true);
    expect(nav?.y).toBeGreaterThanOrEqual(0);
  });

  test('a message covers no button, whatever else lies at the bottom', async () => {
    await submit('pocket-toast-forever');
    const page = await open('/?q=pocket-toast');
    await page.route('**/api/v1/actions', (route) =>
      route.fulfill({ status: 409, json: { status: 409, title: 'Not just now' } }),
    );
    await page.getByLabel('Select pocket-toast-forever').check();
    const selection = page.getByRole('group', { name: 'Selected jobs' }).getByRole('button');
    await selection.filter({ hasText: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel job' }).click();
    const message = page.getByText(/Could not cancel pocket-toast-forever/);
    await message.waitFor();

    const isClear = async (others: Locator): Promise<boolean> => {
      const toast = await message.locator('..').boundingBox();
      const boxes = await Promise.all((await others.all()).map((other) => other.boundingBox()));
      return boxes.length > 0 && boxes.every((box) => !overlap(toast, box));
    };
    const below = page.getByRole('navigation', { name: 'Main, below' }).getByRole('link');
    await page.getByLabel('Select pocket-toast-forever').check();
    await selection.first().waitFor();
    // It makes room when what is below has taken its place.
    const bothClear = async (others: Locator) => [await isClear(others), await isClear(below)];
    await expect.poll(() => bothClear(selection)).toEqual([true, true]);
    await below.filter({ hasText: 'New job' }).click();
    const review = page.getByRole('button', { name: 'Review', exact: true });
    await review.waitFor();
    await expect.poll(() => bothClear(review)).toEqual([true, true]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await expect.poll(() => isClear(review)).toBe(true);
  });
};
