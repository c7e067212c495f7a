import { rollout } from '../rollout/rollout.ts';
import type { Step } from '../step.ts';
import { addresses } from './addresses.ts';
import { applyObjects } from './apply.ts';
import { check } from './check.ts';
import { build, push } from './images.ts';
import { karmadaIdentity } from './karmada-identity.ts';
import { karmadaRights } from './karmada-rights.ts';
import { prerequisites } from './prerequisites.ts';
import { prune } from './prune.ts';
import { record } from './record.ts';
import { secrets } from './secrets.ts';
import { verify } from './verify.ts';

/** A deployment, from the first question to the last answer. Each may be done again without harm. */
export const STEPS: readonly Step[] = [
  prerequisites,
  build,
  push,
  record,
  karmadaRights,
  karmadaIdentity,
  secrets,
  applyObjects,
  rollout,
  prune,
  verify,
  check,
  addresses,
];
