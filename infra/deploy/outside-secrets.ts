import type { Kind } from '../../service/kube/kinds.ts';
import { type CreatedAtDeploy, chosen } from '../constructs/created-at-deploy.ts';
import { StepFailure } from './failure.ts';
import { apply } from './kube/apply.ts';
import { readSecret } from './secret.ts';
import { type Deployment, toApply } from './step.ts';

const LOOK_EVERY_MS = 2_000;

const EXTERNAL_SECRET: Kind = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  plural: 'externalsecrets',
  namespaced: true,
};

/**
 * Waits for the Secrets that others make, and makes none of them. Those of External Secrets are asked for here, and not with all
 * other objects: charts of others wait for theirs before these are applied. Undefined: nobody else makes any.
 */
export async function awaitOutsideSecrets(
  deployment: Deployment,
  say: (text: string) => void,
): Promise<string | undefined> {
  const { flags, target } = deployment;
  const wanted = chosen(target.createdAtDeploy);
  const names = wanted.map(({ name }) => name).join(', ');
  const [{ madeBy = '' } = {}] = wanted;
  if (wanted.length === 0) return undefined;
  // Helm and Argo CD then bring the objects: what this command had applied would stand in their way.
  if (flags.only === 'prepare') return `${madeBy} makes ${names}`;
  const asked = toApply(deployment, 'platform').filter(({ kind }) => kind === EXTERNAL_SECRET.kind);
  for (const each of asked) await apply(target.management, each, { force: flags.forceConflicts ?? false });
  const limit = performance.now() + flags.timeout;
  for (;;) {
    const missing = (await Promise.all(wanted.map((each) => whatIsMissing(deployment, each)))).flat();
    if (missing.length === 0) return `${madeBy} has made ${names}`;
    if (performance.now() > limit)
      throw new StepFailure([`${madeBy} has not made all Secrets:`, ...missing].join('\n  '));
    say(missing[0] ?? '');
    await target.management.pause(LOOK_EVERY_MS);
  }
}

async function whatIsMissing({ target }: Deployment, { keys, name, what }: CreatedAtDeploy): Promise<string[]> {
  const found = await readSecret(target, name);
  const missing = keys.filter((key) => found?.[key] === undefined);
  if (missing.length === 0) return [];
  const reason = await reasonOf(target, name);
  return [
    `Secret ${name} ${found ? 'has' : 'is not there, with'} ${found ? 'no ' : ''}${missing.join(', ')} (${what})${reason}`,
  ];
}

interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
}

/** What its operator says of it, where one does. */
async function reasonOf({ management, namespace, planned }: Deployment['target'], name: string): Promise<string> {
  if (planned.settings.secrets.source !== 'externalSecrets') return '';
  const found = await management.kube.get(EXTERNAL_SECRET, { namespace, name });
  const ready = (found?.status as Status | undefined)?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'False' && ready.message !== undefined ? `: ${ready.message}` : '';
}
