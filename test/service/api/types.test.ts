import { expect, test } from 'vitest';
import { committedTypes, generateTypes } from '../../../service/api/generate-types.ts';

test('the client is typed by the service’s OpenAPI document as it is now', async () => {
  const [committed, generated] = [await committedTypes(), await generateTypes()];
  const differs = committed.typescript !== generated.typescript || committed.python !== generated.python;
  expect(differs, 'They have drifted apart: run "npm run types", then "npm run typecheck", and commit the result').toBe(
    false,
  );
});
