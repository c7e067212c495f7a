import { awaitAddress } from '../entrance-address.ts';
import type { DeployFlags } from '../options.ts';
import { rollout } from '../rollout/rollout.ts';
import type { Step } from '../step.ts';
import { addresses } from './addresses.ts';
import { applyObjects, karmadaObjects } from './apply.ts';
import { check } from './check.ts';
import { foreignCharts } from './foreign-charts.ts';
import { build, push } from './images.ts';
import { karmadaIdentity } from './karmada-identity.ts';
import { nextCommands } from './next-commands.ts';
import { prerequisites } from './prerequisites.ts';
import { pruning } from './prune.ts';
import { record } from './record.ts';
import { secrets } from './secrets.ts';
import { verify } from './verify.ts';
import { wayIn } from './way-in.ts';

/** All that the objects need. */
const PREPARATION: readonly Step[] = [prerequisites, build, push, record, karmadaObjects, karmadaIdentity, secrets];

/** A deployment, from the first question to the last answer. Each step may be done again without harm. */
export const stepsFor = ({ only }: Pick<DeployFlags, 'only'>): readonly Step[] =>
  only === 'prepare'
    ? [...PREPARATION, pruning, nextCommands]
    : [...PREPARATION, foreignCharts, applyObjects, rollout, pruning, awaitAddress, verify, wayIn, check, addresses];
