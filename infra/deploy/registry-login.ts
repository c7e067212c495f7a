import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runChild } from './child.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
  /** In the place of a password: exchanged for a token at the registry's token service. */
  readonly identityToken?: string;
}

interface Config {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

/** What a credential helper gives as the name when the secret is an identity token. */
const TOKEN_NAME = '<token>';

/** As `docker login`, `podman login` or a credential helper knows it; undefined: nobody logged in to this registry. */
export async function credentialsFor(host: string, variables = process.env): Promise<Login | undefined> {
  for (const file of loginFiles(variables)) {
    const found = await loginIn(readConfig(file), host, variables);
    if (found) return found;
  }
  return undefined;
}

/** Docker's file, and those of podman and buildah (containers-auth.json). */
function loginFiles({ DOCKER_CONFIG, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR }: NodeJS.ProcessEnv): string[] {
  return [
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    join(DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json'),
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'containers/auth.json')] : []),
  ];
}

function readConfig(file: string): Config {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Config;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

async function loginIn(
  { auths = {}, credHelpers = {}, credsStore }: Config,
  host: string,
  variables: NodeJS.ProcessEnv,
) {
  const names = [host, `https://${host}`, `https://${host}/v1/`, `https://${host}/v2/`];
  const helper = credHelpers[host] ?? credsStore;
  if (helper) {
    for (const name of names) {
      const login = await fromHelper(helper, name, variables);
      if (login) return login;
    }
  }
  const entry = names.map((name) => auths[name]).find((each) => each?.auth || each?.identitytoken);
  if (!entry) return undefined;
  const [, username = '', password = ''] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(entry.auth ?? '', 'base64').toString()) ?? [];
  return { username, password, ...(entry.identitytoken && { identityToken: entry.identitytoken }) };
}

/** `docker-credential-<helper> get`: asked by its input, answers by its output. */
async function fromHelper(helper: string, server: string, variables: NodeJS.ProcessEnv): Promise<Login | undefined> {
  const program = `docker-credential-${helper}`;
  const { code, err, out } = await runChild(program, ['get'], { input: server, env: variables });
  if (code === 0) {
    const { Secret = '', Username = '' } = JSON.parse(out) as { Username?: string; Secret?: string };
    return Username === TOKEN_NAME
      ? { username: '', password: '', identityToken: Secret }
      : { username: Username, password: Secret };
  }
  // A helper that knows no login says so on its output; one that cannot be started says nothing.
  if (/not found|no credentials/i.test(out)) return undefined;
  throw new Error(`${program}, which the Docker configuration names, failed: ${err.trim() || out.trim()}`);
}
