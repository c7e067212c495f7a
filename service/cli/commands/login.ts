import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Auth, Me } from '../../client/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, wrongUse } from '../failures.ts';
import { clientAt, serverOf } from '../settings/connection.ts';
import { type Context, readSettings, writeSettings } from '../settings/settings.ts';

interface Options {
  readonly token?: boolean;
  readonly tokenStdin?: boolean;
  readonly device?: boolean;
}

export const addLogin: AddCommand = (program, cli) => {
  program
    .command('login')
    .summary('sign in to a service, and keep that')
    .description(
      'Signs in to a service as it asks for it: by a token, or by OpenID Connect in the browser of this machine; where there is none, in that of any other (device flow). ' +
        'Service and token are kept for the commands that follow, where nobody else can read them. ' +
        '-n keeps a namespace along, --context a name beside others.',
    )
    .argument('[server]', 'address of the service; else --server, MLP_SERVER, or the last one')
    .option('--token', 'by a token, where the service knows other ways, too')
    .option('--device', 'in the browser of another machine, even where this one has one')
    .option('--token-stdin', 'read the token from standard input')
    .action((server: string | undefined, options: Options) => login(cli, server, options));
  program
    .command('logout')
    .summary('forget the token of a service')
    .description('Forgets the token that login has kept; the address of the service stays.')
    .action(() => logout(cli));
  program
    .command('whoami')
    .summary('who one is to the service, and what one may do')
    .description('Tells who one is to the service, and what one may do there.')
    .action(async () => {
      const { client, server } = await cli.connection();
      await cli.terminal.print(`${inWords(await client.me(), server)}\n`);
      return EXIT.ok;
    });
};

const login = async (cli: Cli, said: string | undefined, options: Options): Promise<ExitCode> => {
  const { settingsFile } = cli.surroundings;
  const settings = await readSettings(settingsFile);
  const { context, namespace } = cli.options();
  const name = context ?? (said === undefined ? settings.current : undefined);
  const known = name === undefined ? undefined : settings.contexts[name];
  const asked = said ?? cli.options().server ?? cli.surroundings.env.MLP_SERVER ?? known?.server;
  if (asked === undefined) throw wrongUse('Which service?', `For example ${cli.name} login https://ml.example.com`);
  const server = serverOf(asked);
  cli.onServer(server);
  const auth = await clientAt(server, cli.options()).auth({ signal: cli.signal });
  const signed = await signIn(cli, server, auth, options);
  const me = await clientAt(server, cli.options(), signed.token).me({ signal: cli.signal });
  const kept: Context = { server, ...signed, ...(namespace !== undefined && { namespace }) };
  const contextName = name ?? new URL(server).host;
  await writeSettings(settingsFile, { current: contextName, contexts: { ...settings.contexts, [contextName]: kept } });
  cli.terminal.say(`${inWords(me, server)}\nKept in ${settingsFile}.`);
  return EXIT.ok;
};

const signIn = async (
  cli: Cli,
  server: string,
  auth: Auth,
  options: Options,
): Promise<Pick<Context, 'token' | 'renewal'>> => {
  if (options.tokenStdin) return { token: tokenIn(await text(cli.terminal.input)) };
  if (auth.mode === 'none') return {};
  if (auth.mode === 'oidc' && !options.token) {
    return signInAtProvider(cli, auth, options);
  }
  if (!cli.terminal.isInteractive) {
    throw new Failure(
      EXIT.usage,
      `${server} wants a token, and nobody is here to be asked for it.`,
      'Send it by --token-stdin, or set MLP_TOKEN.',
    );
  }
  return { token: tokenIn(await askHidden(cli, `Token for ${server} (it is not shown):`)) };
};

const signInAtProvider = async (cli: Cli, auth: Auth, { device }: Options) => {
  const { offersBrowser, providerOf, signInByBrowser, signInByDevice } = await import('../settings/sign-in.ts');
  const provider = await providerOf(auth);
  const { openBrowser } = cli.surroundings;
  if (openBrowser !== null && !device && offersBrowser(provider)) {
    let failed: Error | undefined;
    const open = async (url: string) => {
      cli.terminal.say(`Sign in on the page that your browser shows (${url}). Waiting ...`);
      await openBrowser(url).catch((error: Error) => {
        failed = error;
        throw error;
      });
    };
    try {
      return await signInByBrowser(provider, open, cli.signal);
    } catch (error) {
      if (failed === undefined) throw error;
      cli.terminal.say(`No browser could be opened here (${failed.message}).`);
    }
  }
  return signInByDevice(
    provider,
    ({ url, code }) => cli.terminal.say(`Open ${url}\nand enter the code ${code}. Waiting ...`),
    cli.signal,
  );
};

const tokenIn = (said: string): string => {
  const token = said.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw wrongUse(token === '' ? 'There is no token' : 'A token is one word of printable characters');
};

/** What is typed is not shown. */
const askHidden = async (cli: Cli, question: string): Promise<string> => {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  cli.terminal.say(question);
  const lines = createInterface({ input: cli.terminal.input, output: nowhere, terminal: true });
  try {
    return await lines.question('', { signal: cli.signal });
  } finally {
    lines.close();
  }
};

const logout = async (cli: Cli): Promise<ExitCode> => {
  const { settingsFile } = cli.surroundings;
  const settings = await readSettings(settingsFile);
  const name = cli.options().context ?? settings.current;
  const context = name === undefined ? undefined : settings.contexts[name];
  if (name === undefined || context === undefined) throw new Failure(EXIT.notFound, 'Nobody is signed in.');
  const { token: _token, renewal: _renewal, ...rest } = context;
  await writeSettings(settingsFile, { ...settings, contexts: { ...settings.contexts, [name]: rest } });
  cli.terminal.say(`Signed out of ${context.server}.`);
  return EXIT.ok;
};

const inWords = ({ name, role, namespaces, auth }: Me, server: string): string => {
  if (auth.mode === 'none') return `${server} asks nobody who they are: you may do all.`;
  const where = namespaces === null ? 'all namespaces' : `namespaces ${namespaces.join(', ')}`;
  return `${name} at ${server}: ${role ?? 'no role'} in ${where}.`;
};
