import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { SealedSecret } from '../../imports/bitnami.com.ts';
import { ExternalSecret } from '../../imports/external-secrets.io.ts';
import { type CreatedAtDeploy, chosen } from './created-at-deploy.ts';
import { Folder, type Stack } from './stack.ts';

/** Templates for people to fill: no part of what is applied. */
export const SECRETS_FOLDER = 'secrets';

/**
 * What stands for the Secrets that others make. An ExternalSecret names a place in a store and is applied with all else; a
 * SealedSecret, and a Secret for SOPS, come as templates without a value, for what makes them whole is yours alone.
 */
export class OutsideSecrets extends Construct {
  constructor(stack: Stack, createdAtDeploy: readonly CreatedAtDeploy[]) {
    super(stack, 'outside-secrets');
    const wanted = chosen(createdAtDeploy);
    const { externalSecrets, source } = stack.settings.secrets;
    if (source === 'externalSecrets') for (const each of wanted) this.external(each, externalSecrets);
    if ((source !== 'sealedSecrets' && source !== 'sops') || wanted.length === 0) return;
    const folder = new Folder(stack, SECRETS_FOLDER, stack.settings.namespace.name);
    for (const each of wanted) (source === 'sealedSecrets' ? sealed : forSops)(folder, each);
  }

  private external({ keys, name }: CreatedAtDeploy, { path, refreshInterval, store }: ExternalSettings): void {
    new ExternalSecret(this, name, {
      metadata: { name },
      spec: {
        refreshInterval,
        secretStoreRef: { ...store },
        // What is gone from the store stays in the cluster: a database keeps the password it was set up with.
        target: {
          name,
          creationPolicy: 'Owner',
          deletionPolicy: 'Retain',
          ...(typeOf(keys) !== OPAQUE && { template: { type: typeOf(keys) } }),
        },
        data: keys.map((key) => ({ secretKey: key, remoteRef: { key: `${path}${name}`, property: key } })),
      },
    });
  }
}

type ExternalSettings = Stack['settings']['secrets']['externalSecrets'];

const OPAQUE = 'Opaque';
const typeOf = (keys: readonly string[]): string => (keys.includes('tls.crt') ? 'kubernetes.io/tls' : OPAQUE);

const WHAT = 'mlplatform.io/what';

const withoutValues = (keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(keys.map((key) => [key, '']));

function sealed(folder: Folder, { keys, name, what }: CreatedAtDeploy): void {
  new SealedSecret(folder, name, {
    metadata: { name, annotations: { [WHAT]: what } },
    spec: { encryptedData: withoutValues(keys), template: { metadata: { name }, type: typeOf(keys) } },
  });
}

function forSops(folder: Folder, { keys, name, what }: CreatedAtDeploy): void {
  new ApiObject(folder, name, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, annotations: { [WHAT]: what } },
    type: typeOf(keys),
    stringData: withoutValues(keys),
  });
}
