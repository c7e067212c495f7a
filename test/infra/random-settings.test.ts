import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stacks } from '../../infra/stacks/index.ts';
import { manifestFiles } from '../../infra/synth/files.ts';
import { synthesize } from '../../infra/synth/synthesize.ts';
import { arbitrarySettings } from './arbitrary.ts';
import { rules } from './rules/index.ts';
import { settingsOf, subjectOf } from './subjects.ts';

describe.each(stacks.map((definition) => ({ name: definition.name, definition })))('$name', ({ definition }) => {
  test('any valid settings make manifests that keep every rule', () => {
    fc.assert(
      fc.property(arbitrarySettings(definition), (values) => {
        const subject = subjectOf(definition, values);
        expect(Object.values(rules).flatMap((rule) => rule(subject))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test('the same settings make the same files, whatever was synthesized before', () => {
    fc.assert(
      fc.property(arbitrarySettings(definition), (values) => {
        const settings = settingsOf(definition, values);
        const files = () => [...manifestFiles(synthesize(definition, settings, { environment: 'test' }))];
        expect(files()).toEqual(files());
      }),
      { numRuns: 5 },
    );
  });
});
