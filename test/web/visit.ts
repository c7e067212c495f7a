import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { PATIENCE_MS } from '../patience.ts';

export interface VisitOptions {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** Someone comes to the page with a fresh browser profile. Anything the page throws, and any breach of its Content-Security-Policy, fails the test. */
export const visit = async (
  browser: Browser,
  url: string,
  { scheme = 'light', width = 1280, height = 800 }: VisitOptions = {},
): Promise<Page> => {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|React|Warning:/.test(message.text()))
      faults.push(message.text());
  });
  onTestFinished(async ({ task }) => {
    if (process.env.SHOTS && task.result?.state === 'fail')
      await page.screenshot({ path: `${process.env.SHOTS}/${task.name.slice(0, 30)}.png` });
    await context.close();
    expect(faults).toEqual([]);
  });
  await page.goto(url);
  return page;
};

/** For Locator.evaluate: runs in the browser. */
export const hasFocus = (element: { ownerDocument: { activeElement: unknown } }): boolean =>
  element === element.ownerDocument.activeElement;

export const focusedText = (page: Page): Promise<string | null> => page.locator(':focus').textContent();

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds against WCAG 2.2 A and AA, one line a breach. */
export const accessibilityBreaches = async (page: Page): Promise<string[]> => {
  // Colours that are on their way, from light to dark or under the pointer, are no fault. One that comes to its end may start another,
  // of what inherits it.
  await page.evaluate(`(async () => {
    for (;;) {
      for (let frames = 0; frames < 2; frames++) await new Promise((done) => requestAnimationFrame(done));
      const changing = document.getAnimations().filter((each) => each instanceof CSSTransition);
      if (changing.length === 0) return;
      await Promise.allSettled(changing.map(({ finished }) => finished));
    }
  })()`);
  // By the protocol and not as a script element: the page's Content-Security-Policy allows none of ours. Once a document:
  // it is two thirds of a megabyte to send and to read.
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(await axeSource);
  const { violations } = (await page.evaluate(`axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { 'target-size': { enabled: true } },
    resultTypes: ['violations'],
  })`)) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} (${node.any[0]?.message ?? node.all[0]?.message ?? ''})`),
  );
};
