import { type Client, type ClientOptions, createClient } from '../../client/index.ts';
import { wrongUse } from '../failures.ts';
import { kubeContext } from './kubeconfig.ts';
import { type Context, isOpenToOthers, readSettings, type Settings, writeSettings } from './settings.ts';

const DEFAULT_SERVER = 'http://localhost:8080';
/** A token that ends while a request is on its way is no good. */
const RENEW_BEFORE_MS = 30_000;

export interface ConnectionOptions {
  readonly server?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  readonly allNamespaces?: boolean | undefined;
  readonly requestTimeout?: number | undefined;
}

export interface Connected {
  readonly server: string;
  readonly client: Client;
  /** Where jobs are looked for and submitted to; undefined: everywhere, and for a new job the service's default. */
  readonly namespace: string | undefined;
  /** The name of the context, where it is one that was signed in to. */
  readonly contextName: string | undefined;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settingsFile: string;
  /** Called as kubectl's plugin: its context and its namespace hold. */
  readonly isPlugin: boolean;
  readonly warn: (line: string) => void;
  /** Shows an address in this person's browser; null where there is none. */
  readonly openBrowser: ((url: string) => Promise<void>) | null;
}

/** Which service, and as whom: the command line holds over variables, and these over what `login` wrote. */
export const connect = async (options: ConnectionOptions, surroundings: Surroundings): Promise<Connected> => {
  const { env, settingsFile, isPlugin, warn } = surroundings;
  const settings = await readSettings(settingsFile);
  const kube = isPlugin ? await kubeContext(env, options.context) : undefined;
  const contextName = chooseContext(options, settings, env, kube?.name);
  const context = contextName === undefined ? undefined : settings.contexts[contextName];
  const server = serverOf(options.server ?? env.MLP_SERVER ?? context?.server ?? DEFAULT_SERVER);
  // A token is for the service that it was given for.
  const kept = context?.server === server ? context : undefined;
  if (kept?.token && (await isOpenToOthers(settingsFile))) {
    warn(`${settingsFile} can be read by others, and tokens are in it: chmod 600 ${settingsFile}`);
  }
  const namespace = options.namespace ?? env.MLP_NAMESPACE ?? context?.namespace ?? kube?.namespace;
  return {
    server,
    contextName: kept && contextName,
    namespace: options.allNamespaces ? undefined : namespace,
    client: clientAt(
      server,
      options,
      tokenOf(env.MLP_TOKEN, kept, (next) => keep(settingsFile, contextName ?? '', next)),
    ),
  };
};

/** As patient as the command line says. */
export const clientAt = (
  server: string,
  { requestTimeout }: Pick<ConnectionOptions, 'requestTimeout'>,
  token?: ClientOptions['token'],
): Client =>
  createClient({
    url: server,
    retries: 2,
    ...(token !== undefined && { token }),
    ...(requestTimeout !== undefined && { timeoutMs: requestTimeout * 1000 }),
  });

const chooseContext = (
  { context }: ConnectionOptions,
  { contexts, current }: Settings,
  env: Surroundings['env'],
  kubeName: string | undefined,
): string | undefined => {
  const said = context ?? env.MLP_CONTEXT;
  if (said !== undefined && Object.hasOwn(contexts, said)) return said;
  // As a plugin, --context names one of kubectl's, which need not be one of ours.
  if (said !== undefined && kubeName === undefined) {
    const known = Object.keys(contexts).join(', ') || 'none yet';
    throw wrongUse(`There is no context ${said}`, `Known: ${known}. "login --context ${said}" makes it.`);
  }
  return kubeName !== undefined && Object.hasOwn(contexts, kubeName) ? kubeName : current;
};

export const serverOf = (said: string): string => {
  const url = URL.canParse(said) ? new URL(said) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw wrongUse(`${said} is no address of a service`, 'For example https://ml.example.com');
  }
  return url.href.replace(/\/+$/, '');
};

const tokenOf = (
  said: string | undefined,
  context: Context | undefined,
  keepNext: (next: Context) => Promise<void>,
) => {
  if (said) return said;
  let now = context;
  return async (): Promise<string | undefined> => {
    if (now?.renewal && now.renewal.expiresAt - RENEW_BEFORE_MS < Date.now()) {
      const { renew } = await import('../../client/oidc.ts');
      try {
        now = { ...now, ...(await renew(now.renewal)) };
        await keepNext(now);
      } catch {
        // The old one is refused then, and the refusal says what to do.
      }
    }
    return now?.token;
  };
};

const keep = async (file: string, name: string, context: Context): Promise<void> => {
  const settings = await readSettings(file);
  await writeSettings(file, { ...settings, contexts: { ...settings.contexts, [name]: context } });
};
