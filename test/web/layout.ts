import type { Page } from 'playwright-core';

/** WCAG 2.2, 2.5.8: what is pressed is at least so large, in CSS pixels. */
const LEAST_TARGET = 24;

/** Runs in the browser, as text: the tests know no DOM. */
const FIND_FAULTS = `(() => {
  const faults = [];
  const place = [scrollX, scrollY];
  const root = document.querySelector('dialog[open]') ?? document.body;
  // What only screen readers see is clipped.
  const seen = (element) => element.checkVisibility() && getComputedStyle(element).clipPath === 'none' && element.getBoundingClientRect().width > 1;
  const named = (element) => (element.getAttribute('aria-label') ?? element.innerText ?? '').trim().slice(0, 40) || element.outerHTML.slice(0, 80);

  // A link within a sentence is as high as its line.
  const isInText = (element) => element.tagName === 'A' && getComputedStyle(element).display === 'inline' &&
    [...element.parentNode.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && /\\p{L}/u.test(node.data));
  const targetOf = (element) => (/^(checkbox|radio)$/.test(element.type) && element.closest('label')) || element;
  // What lies around it may belong to it, such as the row that a link covers.
  const isHitAround = (element) => {
    element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const { x, y, width, height } = element.getBoundingClientRect();
    const half = ${LEAST_TARGET / 2} - 0.5;
    return [[-half, -half], [half, -half], [-half, half], [half, half]].every(([right, down]) => {
      const hit = document.elementFromPoint(x + width / 2 + right, y + height / 2 + down);
      return hit !== null && element.contains(hit);
    });
  };
  for (const element of root.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    if (!seen(element) || element.disabled || isInText(element)) continue;
    const { width, height } = targetOf(element).getBoundingClientRect();
    if (Math.min(width, height) >= ${LEAST_TARGET} - 0.5 || isHitAround(element)) continue;
    faults.push('a target of ' + Math.round(width) + ' by ' + Math.round(height) + ': ' + named(element));
  }

  for (const element of root.querySelectorAll('label, dt, th, legend, h2, summary, button, nav a, [role=columnheader]')) {
    if (!seen(element)) continue;
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const word of texts.currentNode.data.matchAll(/[\\p{L}\\p{N}_]+/gu)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (lines.size > 1) faults.push('a word in two lines: ' + word[0] + ' of ' + named(element));
      }
    }
  }

  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push('wider than the window by ' + (scrollWidth - clientWidth));
  scrollTo(...place);
  return [...new Set(faults)];
})()`;

/** Targets that are too small, labels broken within a word, and a page that is wider than its window; one line each. */
export const layoutFaults = (page: Page): Promise<string[]> => page.evaluate(FIND_FAULTS);

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Two things on the page have some of it in common. */
export const overlap = (one: Box | null, other: Box | null): boolean =>
  one !== null &&
  other !== null &&
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;
