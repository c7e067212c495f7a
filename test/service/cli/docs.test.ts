import { expect, test } from 'vitest';
import { commandsPage, committedPage } from '../../../service/cli/write-docs.ts';

test('the page of the commands says what their help says', async () => {
  const differs = (await committedPage()) !== commandsPage();
  expect(differs, 'They have drifted apart: run "npm run commands" and commit the result').toBe(false);
});
