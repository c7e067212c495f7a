import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { EXIT } from '../../../service/cli/exit-codes.ts';
import { browserCommand } from '../../../service/cli/settings/browser.ts';
import { json, problem, startScripted } from '../client/scripted-service.ts';
import { mlp, scratch } from './mlp.ts';

type Scripted = Awaited<ReturnType<typeof startScripted>>;
const open: Scripted[] = [];
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

const serve = async (...handler: Parameters<typeof startScripted>): Promise<Scripted> => {
  const service = await startScripted(...handler);
  open.push(service);
  return service;
};

/** A service that lets in who brings one of the tokens. */
const guarded = (auth: object, tokens: readonly string[]) =>
  serve(({ path, headers }, response) => {
    const known = tokens.includes(headers.authorization?.replace('Bearer ', '') ?? '');
    if (path.endsWith('/auth')) json(response, auth);
    else if (!known) problem(response, 401, 'This token is not valid (any more)');
    else if (path.endsWith('/me')) json(response, { name: 'ann', role: 'submitter', namespaces: ['team-a'], auth });
    else json(response, []);
  });

const TOKENS = { mode: 'tokens', issuer: null, clientId: null, audience: null };

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

test('a token is taken from standard input, tried, and kept where nobody else can read it', async () => {
  const { url, asked } = await guarded(TOKENS, ['secret-1']);
  const MLP_CONFIG = join(scratch(), 'deep', 'config.json');
  const outcome = await mlp(['login', url, '--token-stdin', '-n', 'team-a'], {
    env: { MLP_CONFIG },
    input: 'secret-1\n',
  });
  expect(outcome).toEqual({
    code: EXIT.ok,
    out: '',
    err: `ann at ${url}: submitter in namespaces team-a.\nKept in ${MLP_CONFIG}.\n`,
  });
  expect(statSync(MLP_CONFIG).mode & 0o777).toBe(0o600);
  expect(statSync(join(MLP_CONFIG, '..')).mode & 0o777).toBe(0o700);

  expect((await mlp(['list'], { env: { MLP_CONFIG } })).code).toBe(EXIT.ok);
  expect(asked.at(-1)).toMatchObject({ headers: { authorization: 'Bearer secret-1' } });
  expect(asked.at(-1)?.query.get('namespace')).toBe('team-a');

  chmodSync(MLP_CONFIG, 0o644);
  expect((await mlp(['list'], { env: { MLP_CONFIG } })).err).toContain('can be read by others');

  expect((await mlp(['logout'], { env: { MLP_CONFIG } })).code).toBe(EXIT.ok);
  expect(readFileSync(MLP_CONFIG, 'utf8')).not.toContain('secret-1');
  expect((await mlp(['list'], { env: { MLP_CONFIG } })).code).toBe(EXIT.unauthorised);
});

test('a token that is refused is not kept, and one that is kept goes to no other service', async () => {
  const { url } = await guarded(TOKENS, ['secret-1']);
  const other = await guarded(TOKENS, []);
  const MLP_CONFIG = join(scratch(), 'config.json');
  const wrong = await mlp(['login', url, '--token-stdin'], { env: { MLP_CONFIG }, input: 'wrong' });
  expect(wrong.code).toBe(EXIT.unauthorised);
  expect(() => statSync(MLP_CONFIG)).toThrow('ENOENT');
  expect((await mlp(['login', url, '--token-stdin'], { env: { MLP_CONFIG }, input: 'two words' })).code).toBe(
    EXIT.usage,
  );
  expect((await mlp(['login', url], { env: { MLP_CONFIG } })).err).toContain(
    'Send it by --token-stdin, or set MLP_TOKEN.',
  );

  await mlp(['login', url, '--token-stdin'], { env: { MLP_CONFIG }, input: 'secret-1' });
  await mlp(['list', '--server', other.url], { env: { MLP_CONFIG } });
  expect(other.asked.at(-1)?.headers.authorization).toBeUndefined();
  await mlp(['list', '--server', other.url], { env: { MLP_CONFIG, MLP_TOKEN: 'said' } });
  expect(other.asked.at(-1)?.headers.authorization).toBe('Bearer said');
});

test('services are kept beside each other by the names of their contexts', async () => {
  const [one, two] = [await guarded(TOKENS, ['t-1']), await guarded(TOKENS, ['t-2'])];
  const MLP_CONFIG = join(scratch(), 'config.json');
  const env = { MLP_CONFIG };
  await mlp(['login', one.url, '--context', 'one', '--token-stdin'], { env, input: 't-1' });
  await mlp(['login', two.url, '--context', 'two', '--token-stdin'], { env, input: 't-2' });
  expect((await mlp(['whoami'], { env })).out).toContain(two.url);
  expect((await mlp(['whoami', '--context', 'one'], { env })).out).toContain(one.url);
  expect((await mlp(['whoami'], { env: { ...env, MLP_CONTEXT: 'one' } })).out).toContain(one.url);
  writeFileSync(MLP_CONFIG, '{');
  expect(await mlp(['whoami'], { env })).toMatchObject({ code: EXIT.usage, err: expect.stringContaining('Remove it') });
});

test('by OpenID Connect one signs in on whatever machine, and the token is renewed', async () => {
  const soon = Math.floor(Date.now() / 1000) + 20;
  const first = jwt({ aud: 'ml-platform', exp: soon });
  const second = jwt({ aud: 'ml-platform', exp: soon + 3600 });
  const issuer: Scripted = await serve(({ path, body }, response) => {
    const form = new URLSearchParams(body);
    if (path === '/.well-known/openid-configuration') {
      json(response, {
        issuer: issuer.url,
        token_endpoint: `${issuer.url}/token`,
        device_authorization_endpoint: `${issuer.url}/device`,
      });
    } else if (path === '/device') {
      json(response, {
        device_code: 'device-1',
        user_code: 'ABCD-EFGH',
        verification_uri: `${issuer.url}/activate`,
        expires_in: 60,
        interval: 0.05,
      });
    } else if (form.get('grant_type') === 'refresh_token') {
      json(response, { token_type: 'bearer', access_token: second, refresh_token: 'refresh-2' });
    } else if (issuer.asked.filter((each) => each.path === '/token').length === 1) {
      json(response, { error: 'authorization_pending' }, 400);
    } else json(response, { token_type: 'bearer', access_token: first, refresh_token: 'refresh-1' });
  });
  const auth = { mode: 'oidc', issuer: issuer.url, clientId: 'page', audience: 'ml-platform' };
  const { url, asked } = await guarded(auth, [first, second]);
  const MLP_CONFIG = join(scratch(), 'config.json');
  const outcome = await mlp(['login', url], { env: { MLP_CONFIG } });
  expect(outcome.code, outcome.err).toBe(EXIT.ok);
  expect(outcome.err).toContain(`Open ${issuer.url}/activate\nand enter the code ABCD-EFGH.`);
  const device = new URLSearchParams(issuer.asked.find(({ path }) => path === '/device')?.body);
  expect(Object.fromEntries(device)).toMatchObject({ client_id: 'page', audience: 'ml-platform' });

  // It would end while the request is on its way.
  expect((await mlp(['list'], { env: { MLP_CONFIG } })).code).toBe(EXIT.ok);
  expect(asked.at(-1)?.headers.authorization).toBe(`Bearer ${second}`);
  expect(JSON.parse(readFileSync(MLP_CONFIG, 'utf8')).contexts[new URL(url).host].renewal.refreshToken).toBe(
    'refresh-2',
  );
  expect(statSync(MLP_CONFIG).mode & 0o777).toBe(0o600);
});

describe('in the browser of this machine', () => {
  interface Begun {
    /** What the provider was asked for by the browser. */
    readonly asked: URLSearchParams;
    readonly back: URL;
  }

  /** A provider whose page sends the browser back at once, as `answer` says. */
  const provider = async (token: string, answer: (begun: Begun) => void = () => undefined) => {
    let challenge = '';
    const issuer: Scripted = await serve(async ({ path, query, body }, response) => {
      const form = new URLSearchParams(body);
      if (path === '/.well-known/openid-configuration') {
        json(response, {
          issuer: issuer.url,
          authorization_endpoint: `${issuer.url}/authorize`,
          token_endpoint: `${issuer.url}/token`,
        });
      } else if (path === '/authorize') {
        challenge = query.get('code_challenge') ?? '';
        const back = new URL(query.get('redirect_uri') ?? '');
        back.searchParams.set('code', 'code-1');
        back.searchParams.set('state', query.get('state') ?? '');
        answer({ asked: query, back });
        response.writeHead(302, { Location: back.href }).end();
      } else if (form.get('grant_type') === 'authorization_code') {
        const proof = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        const isRight = proof === challenge && form.get('code') === 'code-1';
        if (isRight) json(response, { token_type: 'bearer', access_token: token, refresh_token: 'refresh-1' });
        else json(response, { error: 'invalid_grant' }, 400);
      } else json(response, {}, 404);
    });
    const auth = { mode: 'oidc', issuer: issuer.url, clientId: 'page', audience: 'ml-platform' };
    return { issuer, service: await guarded(auth, [token]) };
  };

  const TOKEN = jwt({ aud: 'ml-platform', exp: 4_102_444_800 });

  test('one signs in, and the page says that it can be closed', async () => {
    let asked = new URLSearchParams();
    const { issuer, service } = await provider(TOKEN, (begun) => {
      asked = begun.asked;
    });
    const MLP_CONFIG = join(scratch(), 'config.json');
    let [opened, shown] = ['', ''];
    const outcome = await mlp(['login', service.url], {
      env: { MLP_CONFIG },
      async openBrowser(url) {
        opened = url;
        shown = await (await fetch(url)).text();
      },
    });
    expect(outcome.code, outcome.err).toBe(EXIT.ok);
    // Nothing of the sign-in is on the command line of the browser.
    expect(opened).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(shown).toContain('You are signed in. This page can be closed');
    expect(Object.fromEntries(asked)).toMatchObject({
      client_id: 'page',
      audience: 'ml-platform',
      code_challenge_method: 'S256',
    });
    const kept = JSON.parse(readFileSync(MLP_CONFIG, 'utf8')).contexts[new URL(service.url).host];
    expect(kept).toMatchObject({ token: TOKEN, renewal: { issuer: issuer.url, refreshToken: 'refresh-1' } });
    expect(statSync(MLP_CONFIG).mode & 0o777).toBe(0o600);
    expect(outcome.err).not.toMatch(/code-1|refresh-1/);
    await expect(fetch(opened)).rejects.toThrow();
  });

  test('who comes with a state that is not ours, or by another name, is not let in', async () => {
    const { service } = await provider(TOKEN);
    const MLP_CONFIG = join(scratch(), 'config.json');
    const refused: number[] = [];
    const outcome = await mlp(['login', service.url], {
      env: { MLP_CONFIG },
      async openBrowser(url) {
        for (const path of [
          'signed-in?code=theirs&state=theirs',
          'signed-in?error=access_denied&state=theirs',
          'other',
        ])
          refused.push((await fetch(`${url}${path}`)).status);
        const renamed = await new Promise<number>((resolve) => {
          get(url, { headers: { Host: 'evil.example.com' } }, (answer) => resolve(answer.resume().statusCode ?? 0));
        });
        refused.push(renamed);
        await fetch(url);
      },
    });
    expect([outcome.code, refused]).toEqual([EXIT.ok, [400, 400, 404, 403]]);
  });

  test('a refusal of the provider is told, and nothing is kept', async () => {
    const { service } = await provider(TOKEN, ({ back }) => {
      back.searchParams.delete('code');
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_description', 'Ann is not of the team');
    });
    const MLP_CONFIG = join(scratch(), 'config.json');
    const openBrowser = async (url: string) => void (await fetch(url));
    const outcome = await mlp(['login', service.url], { env: { MLP_CONFIG }, openBrowser });
    expect([outcome.code, outcome.err]).toEqual([
      EXIT.unauthorised,
      expect.stringContaining('refused: Ann is not of the team'),
    ]);
    expect(() => statSync(MLP_CONFIG)).toThrow('ENOENT');
  });

  test('where it cannot be opened, or shall not be, another machine’s is asked for', async () => {
    const { service } = await provider(TOKEN);
    const noBrowser = async () => {
      throw new Error('xdg-open ended with 3');
    };
    const failed = await mlp(['login', service.url], { openBrowser: noBrowser });
    expect(failed.err).toMatch(
      /No browser could be opened here \(xdg-open ended with 3\)[\s\S]*does not offer the device flow/,
    );
    const said = await mlp(['login', '--device', service.url], { openBrowser: noBrowser });
    expect(said.err).toMatch(/^Error: .* does not offer the device flow/);
  });

  test('there is one where somebody sits', () => {
    expect(browserCommand('darwin', {})).toEqual(['open']);
    expect(browserCommand('linux', { DISPLAY: ':0' })).toEqual(['xdg-open']);
    expect(browserCommand('linux', { WAYLAND_DISPLAY: 'wayland-0', BROWSER: 'firefox' })).toEqual(['firefox']);
    expect(browserCommand('linux', {})).toBeNull();
    expect(browserCommand('darwin', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' })).toBeNull();
  });
});
