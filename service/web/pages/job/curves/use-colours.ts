import { useSyncExternalStore } from 'react';

export interface Colours {
  readonly tones: readonly string[];
  readonly ink: string;
  readonly line: string;
}

/** For up to five jobs side by side; dashes tell them apart for those who do not see colours. */
export const TONES = ['accent', 'pending', 'succeeded', 'failed', 'stopped'] as const;

let known: { readonly key: string; readonly colours: Colours } | undefined;

/** What the page's colours are just now, in words that a canvas knows: it cannot read those of the style sheet. */
function read(): Colours {
  // An element for each: one that changes its colour may be on the way there.
  const colour = (name: string): string => {
    const probe = document.createElement('span');
    probe.style.color = `var(--color-${name})`;
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const colours = { tones: TONES.map(colour), ink: colour('ink-soft'), line: colour('line') };
  const key = JSON.stringify(colours);
  // The same object while they are the same.
  if (known?.key !== key) known = { key, colours };
  return known.colours;
}

function onChange(changed: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const theme = new MutationObserver(changed);
  dark.addEventListener('change', changed);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => {
    dark.removeEventListener('change', changed);
    theme.disconnect();
  };
}

export const useColours = (): Colours => useSyncExternalStore(onChange, read);
