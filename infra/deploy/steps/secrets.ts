import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CreatedAtDeploy } from '../../constructs/created-at-deploy.ts';
import { TOKENS_KEY } from '../../stacks/ml-platform/backend.ts';
import { StepFailure } from '../failure.ts';
import { awaitOutsideSecrets } from '../outside-secrets.ts';
import { readSecret, writeSecret } from '../secret.ts';
import { type Deployment, forPlatform, type Step } from '../step.ts';

/** Passwords, made once and kept; in memory here, in the cluster's Secrets, and nowhere else. */
export const secrets: Step = {
  title: 'Secrets',
  skipped: forPlatform,
  async run(deployment, say) {
    const { target } = deployment;
    const wanted = target.createdAtDeploy.filter(({ kind, madeBy }) => kind === 'Secret' && madeBy === undefined);
    // The backend's kubeconfigs are a matter of the identity in Karmada.
    const ours = wanted.filter(({ name }) => name !== target.platform?.backend.kubeconfigSecret);
    const made: string[] = [];
    for (const secret of ours) if (await complete(deployment, secret)) made.push(secret.name);
    const theirs = await awaitOutsideSecrets(deployment, say);
    const kept = ours.map(({ name }) => name).filter((name) => !made.includes(name));
    const said = [
      ...(made.length > 0 ? [`made ${made.join(', ')}`] : []),
      ...(made.length === 0 && kept.length > 0 ? [`kept ${kept.join(', ')}`] : []),
      ...(theirs === undefined ? [] : [theirs]),
    ];
    return said.join('; ') || 'none needed';
  },
};

/** Adds the keys that are missing, and changes none that is there: a database keeps the password it was set up with. */
async function complete({ flags, target }: Deployment, secret: CreatedAtDeploy): Promise<boolean> {
  const known = (await readSecret(target, secret.name)) ?? {};
  const missing = secret.keys.filter((key) => known[key] === undefined);
  const newTokens = secret.keys.includes(TOKENS_KEY) && flags.tokensFile !== undefined;
  if (missing.length === 0 && !newTokens) return false;
  const values = secret.keys.includes(TOKENS_KEY)
    ? { [TOKENS_KEY]: tokens(flags.tokensFile) }
    : (secret.values?.(known, random) ?? Object.fromEntries(secret.keys.map((key) => [key, known[key] ?? random()])));
  return writeSecret(target, secret.name, values);
}

/** Letters and digits: fit for every configuration file and URL. */
const random = (): string => randomBytes(24).toString('hex');

/** As the service reads them: YAML or JSON; the first step has checked them. */
function tokens(file: string | undefined): string {
  if (file !== undefined) return readFileSync(file, 'utf8');
  throw new StepFailure('nobody could call the API: name a file of tokens with --tokens-file');
}
