import { spawnSync } from 'node:child_process';

const COSIGN = 'cosign';

export const hasCosign = (): boolean => spawnSync(COSIGN, ['version'], { stdio: 'ignore' }).status === 0;

/** Signs a file with a key, or as whoever cosign finds (keyless); what proves it stands beside the file. Returns its path. */
export function sign(path: string, key: string | undefined): string {
  const bundle = `${path}.sigstore.json`;
  const by = key === undefined ? [] : ['--key', key];
  const { status } = spawnSync(COSIGN, ['sign-blob', '--yes', ...by, '--bundle', bundle, path], {
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`cosign could not sign ${path}; its reasons are above`);
  return bundle;
}
