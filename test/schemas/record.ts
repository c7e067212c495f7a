// `node --import tsx test/schemas/record.ts [--anew] [folder]`: schemas.json from the whole schemas and from what the program writes.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { stacks } from '../../infra/stacks/index.ts';
import { keepingPolicy, manifestsOf, placementPolicy } from '../../service/jobs/index.ts';
import { arbitrarySettings } from '../infra/arbitrary.ts';
import { all, environments, subjectOf } from '../infra/subjects.ts';
import { accepted, specOf, validBody } from '../service/jobs/requests.ts';
import { NOTHING, pruned, type Schemas } from './prune.ts';
import { wholeSchemas } from './whole.ts';

const {
  positionals: [folder],
  values: { anew = false },
} = parseArgs({ allowPositionals: true, options: { anew: { type: 'boolean' } } });
/**
 * Rare fields come up in some hundred of random settings, which take minutes; more find no more. What was recorded stays, so that a new
 * field needs few. The same each time, so that a diff shows what changed.
 */
const SETTINGS = { numRuns: anew ? 1_000 : 40, seed: 2 };
const NEAR = { first: ['member1'], candidates: ['member1', 'member2'], without: [], clusterCount: 1 };
const FAR = { first: [], candidates: [], without: ['member3'], clusterCount: 2 };
const policies = [
  ...[NEAR, FAR, { ...FAR, first: ['member1', 'member2'] }].map((place) =>
    placementPolicy({ kind: 'RayJob', namespace: 'a' }, place),
  ),
  keepingPolicy('a', ['member1']),
];
const REQUESTS = { numRuns: anew ? 3_000 : 300, seed: 1 };

function* everythingWeWrite(): Generator<object> {
  for (const { definition, values } of environments) yield* all(subjectOf(definition, values));
  for (const definition of stacks) {
    for (const values of fc.sample(arbitrarySettings(definition), SETTINGS)) yield* all(subjectOf(definition, values));
  }
  for (const body of fc.sample(validBody, REQUESTS)) {
    for (const storageClass of [null, 'fast']) {
      const settings = { rayImage: 'rayproject/ray:2.46.0', credentialsSecret: 'object-storage', storageClass };
      const made = manifestsOf(specOf(accepted(body)), settings);
      const { earlier, namespace, volume, workload } = made;
      yield* [namespace, volume, workload, earlier.volumePolicy(['member1']), ...policies].filter(
        (each) => each !== undefined,
      );
    }
  }
}

const target = join(import.meta.dirname, 'schemas.json');
const before = anew ? NOTHING : (JSON.parse(readFileSync(target, 'utf8')) as Schemas);
const schemas = pruned(wholeSchemas(folder), everythingWeWrite(), before);
writeFileSync(target, JSON.stringify(schemas));
execFileSync('npx', ['biome', 'format', '--write', target], { stdio: 'ignore' });
console.log(
  `${target}: ${Object.keys(schemas.kinds).length} kinds, ${Object.keys(schemas.definitions).length} definitions`,
);
