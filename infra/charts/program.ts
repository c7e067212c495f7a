import type { z } from 'zod';
import { withoutSyncHook } from '../constructs/argocd.ts';
import { CHECK_FOLDER } from '../constructs/check.ts';
import { EXTENSIBLE } from '../constructs/extras.ts';
import { imageReference } from '../constructs/image.ts';
import { SECRETS_FOLDER } from '../constructs/outside-secrets.ts';
import { RUN_ANNOTATION, withoutRun } from '../constructs/runs.ts';
import { WITHOUT_NAMESPACE } from '../constructs/scopes.ts';
import { ownRulesOf } from '../data/field-rules.ts';
import type { Program } from '../helm/program.ts';
import { notesOf, textOf } from '../notes/notes.ts';
import { common } from '../settings/fragments.ts';
import { commonRulesFor } from '../settings/rules.ts';
import type { StackDefinition } from '../stacks/definition.ts';
import { synthesize } from '../synth/synthesize.ts';
import { before } from './before.ts';
import { readCases } from './cases.ts';
import { patternNames } from './pattern-names.ts';
import type { Project } from './project.ts';
import { valuesOf } from './values.ts';

/** What the manifests are typed for is 1.28 (docs/adr/0002). */
const OLDEST_KUBERNETES = '1.28';

/** What Argo CD takes is no part of a Helm release, and templates for people are none. */
const NOT_RELEASED = ['argocd', SECRETS_FOLDER];

export const CLAIM_ANNOTATION = 'mlplatform.io/claimed';

/** A stack as a program that charts are derived from. */
export function programOf(definition: StackDefinition, project: Project): Program {
  const { environments, examples, name, settings, what } = definition;
  const { author, homepage, icon, keywords, license, repository, version } = project;
  const defaults = settings.parse({});
  return {
    name,
    what,
    settings,
    build: (values) => built(definition, values as z.output<typeof settings>),
    rules: [...commonRulesFor(defaults), ...ownRulesOf(settings)],
    examples: { ...environments, ...examples },
    cases: readCases()[name] ?? [],
    values: valuesOf(settings),
    answered: {
      namePrefix: 'namePrefix',
      namespace: 'namespace.name',
      images: { registry: 'images.registry', tag: 'images.tag', reference: imageReference },
    },
    extras: {
      defaults: 'defaults',
      kinds: EXTENSIBLE,
      objects: 'extraObjects',
      withoutNamespace: WITHOUT_NAMESPACE,
    },
    // What every stack has: not every one has what it is about.
    mayHaveNoEffect: Object.keys(common('')),
    claimAnnotation: CLAIM_ANNOTATION,
    runAnnotation: RUN_ANNOTATION,
    patternNames,
    chart: {
      version,
      writtenBy: 'npm run charts',
      registry: 'oci://registry.example.com/charts',
      kubeVersion: `>=${OLDEST_KUBERNETES}.0-0`,
      home: homepage,
      sources: [repository.url],
      keywords: [name, ...keywords],
      maintainers: [{ name: author, url: homepage }],
      icon,
      annotations: { 'artifacthub.io/license': license, 'artifacthub.io/category': 'ai-machine-learning' },
      before: before(definition.createdAtDeploy(defaults), defaults.namespace.name),
    },
  };
}

/** The manifests as they are written, the check as the test of a release, and the notes of a deployment. */
function built(
  definition: StackDefinition,
  settings: z.output<StackDefinition['settings']>,
): ReturnType<Program['build']> {
  const synthesis = synthesize(definition, settings, { environment: 'release', without: NOT_RELEASED });
  const { '': objects = [], [CHECK_FOLDER]: tests = [], ...elsewhere } = Object.fromEntries(synthesis.folders);
  const notes = textOf(notesOf(definition, settings, synthesis));
  const test = tests.map(withoutSyncHook);
  const released = objects.map(withoutRun);
  const names = new Map(
    objects.map(({ kind, metadata }, at) => [`${kind} ${metadata.name}`, released[at]?.metadata.name]),
  );
  const extended = synthesis.extended
    .filter(({ folder }) => folder === '' || folder === CHECK_FOLDER)
    .map(({ kind, name, section }) => ({ kind, section, name: names.get(`${kind} ${name}`) ?? name }));
  return { objects: released, tests: test, elsewhere, notes, extended };
}
