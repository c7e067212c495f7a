import { createIdentity, type Identity, type IdentityOptions } from './identity.ts';
import { readKubeconfig } from './kubeconfig-file.ts';
import { settingsOf } from './settings.ts';

export { KubeconfigError } from './kubeconfig-file.ts';

export interface KubeconfigOptions extends IdentityOptions {
  /** Instead of the file's current-context. */
  readonly context?: string;
}

/** Reads and checks a kubeconfig; every later request takes its settings from here. */
export function loadKubeconfig(path: string, { context, ...options }: KubeconfigOptions = {}): Promise<Identity> {
  const read = async () => {
    const { config, files, stamp } = await readKubeconfig(path, context);
    return {
      server: new URL(config.getCurrentCluster()?.server ?? ''),
      files,
      stamp,
      settings: () => settingsOf(config),
    };
  };
  return createIdentity(`kubeconfig ${path}`, read, options);
}
