import { inject } from 'vitest';

/** What is made once a run, for all workers, when the first test asks for it (global-setup.ts): where it is. */
export async function forTheRun(what: 'postgres' | 'page'): Promise<string> {
  const response = await fetch(`${inject('broker')}/${what}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`No ${what} for the tests: ${text}`);
  return text;
}
