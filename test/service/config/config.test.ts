import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isProduction, loadConfig } from '../../../service/config.ts';
import { ENV, FLAGS } from '../../../service/contract.ts';

const directory = mkdtempSync(join(tmpdir(), 'mlp-config-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, content: string) => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};

const kubeconfig = file(
  'kubeconfig',
  `{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}],
    clusters: [{name: c, cluster: {server: 'https://karmada.example:5443'}}], users: [{name: u, user: {token: t}}]}`,
);
const tokens = file(
  'tokens.yaml',
  `- {name: ci, role: submitter, namespaces: [a], sha256: ${createHash('sha256').update('x').digest('hex')}}`,
);
const PRODUCTION = {
  DATABASE_URL: 'postgresql://mlp:hunter2@db.example:5432/jobs',
  KARMADA_KUBECONFIG: kubeconfig,
  MGMT_KUBECONFIG: kubeconfig,
};

const load = async (environment: Record<string, string>, args: string[] = []) => {
  const loaded = await loadConfig(args, { ...PRODUCTION, ...environment });
  if (loaded.outcome !== 'config') throw new Error(JSON.stringify(loaded));
  return loaded.config;
};
const mistakes = async (environment: Record<string, string>, args: string[] = []) => {
  const loaded = await loadConfig(args, { ...PRODUCTION, ...environment });
  return loaded.outcome === 'mistakes' ? loaded.mistakes : [];
};

describe('a sound configuration', () => {
  test('defaults are safe: loopback as long as nobody is asked who they are', async () => {
    expect(await load({})).toMatchObject({ host: '127.0.0.1', port: 8080, auth: { kind: 'none' }, corsOrigins: [] });
    const links = [{ label: 'Grafana', url: 'https://grafana.example/d/jobs?var-job={id}&c={cluster}' }];
    expect((await load({ JOB_LINKS: JSON.stringify(links) })).jobLinks).toEqual(links);
    expect((await load({ AUTH: 'none' })).host).toBe('0.0.0.0');
    expect(await load({ AUTH_TOKENS_FILE: tokens })).toMatchObject({
      host: '0.0.0.0',
      auth: { kind: 'tokens', file: tokens },
    });
  });

  test('the database may be told in both of libpq’s forms, and its password is never shown', async () => {
    for (const text of [
      PRODUCTION.DATABASE_URL,
      "host=db.example user=mlp password='hunter2' dbname=jobs sslmode=disable",
    ]) {
      const config = await load({ DATABASE_URL: text });
      expect(config.database).toMatchObject({ host: 'db.example', user: 'mlp', database: 'jobs', password: 'hunter2' });
      expect(JSON.stringify(config)).not.toContain('hunter2');
    }
  });

  test('an argument wins over a variable, an empty variable is none', async () => {
    expect((await load({ PORT: '9000' }, ['--port=9001'])).port).toBe(9001);
    expect((await load({ PORT: '9000' }, ['--port', '9001'])).port).toBe(9001);
    expect((await load({ PORT: '' })).port).toBe(8080);
  });

  test('durations have units', async () => {
    expect((await load({ MONITOR_INTERVAL: '500ms', FINISHED_RETENTION: '2m' })).monitor.intervalMs).toBe(500);
    expect((await load({ FINISHED_RETENTION: '90m' })).finishedRetentionMs).toBe(5_400_000);
    expect(await mistakes({ FINISHED_RETENTION: '1.5h' })).toEqual([
      'FINISHED_RETENTION=1.5h: must be a duration from 0s to 365d: a whole number and its unit, such as 500ms, 1s, 2m or 1h',
    ]);
  });

  test('nothing can change it later', async () => {
    const config = await load({});
    expect(() => Object.assign(config, { port: 1 })).toThrow();
  });

  test('any of the three connections makes it the production service', () => {
    expect(isProduction([], {})).toBe(false);
    expect(isProduction(['--port=1'], { PORT: '1' })).toBe(false);
    for (const name of [ENV.databaseUrl, ENV.karmadaKubeconfig, ENV.mgmtKubeconfig])
      expect(isProduction([], { [name]: 'x' })).toBe(true);
    expect(isProduction([`${FLAGS.karmadaKubeconfig}=x`], {})).toBe(true);
  });
});

describe('a broken one', () => {
  test('is told whole, without secrets', async () => {
    const told = await mistakes(
      {
        DATABASE_URL: 'mysql://root:hunter2@db/jobs',
        KARMADA_KUBECONFIG: join(directory, 'missing'),
        MGMT_KUBECONFIG: '',
        MONITOR_INTERVAL: '1',
        LOG_LEVEL: 'loud',
        CORS_ORIGINS: '*',
        TRUST_PROXY: 'all',
        AUTH_TOKENS_FILE: kubeconfig,
        JOB_STORAGE_CLASS: 'Not A Name',
      },
      ['--port=80800', '--prot=1'],
    );
    const text = told.join('\n');
    for (const part of [
      'DATABASE_URL',
      'KARMADA_KUBECONFIG',
      'MGMT_KUBECONFIG (or --mgmt-kubeconfig=) is not set',
      'MONITOR_INTERVAL=1: must be a duration',
      'LOG_LEVEL=loud: must be one of trace, debug',
      'CORS_ORIGINS=*',
      'TRUST_PROXY=all',
      'AUTH_TOKENS_FILE',
      'JOB_STORAGE_CLASS',
      '--port=80800: must be a whole number from 0 to 65535',
      '--prot: no such argument; known are --database-url=',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('hunter2');
  });

  test('a stray argument is not repeated: it may be a database address', async () => {
    const [told] = await mistakes({}, ['postgresql://u:hunter2@h/d']);
    expect(told).toMatch(/^argument 1 is not understood/);
    expect(told).not.toContain('hunter2');
  });

  test.for([
    [{ HOST: '0.0.0.0' }, /0\.0\.0\.0 can be reached by others.*AUTH=none/],
    [{ HOST: '::' }, /can be reached by others/],
    [{ AUTH: 'tokens' }, /AUTH_TOKENS_FILE is not set/],
    [{ AUTH: 'oidc', OIDC_ISSUER: 'https://id.example' }, /OIDC_AUDIENCE is not set[\s\S]*OIDC_ROLES_FILE is not set/],
    [{ OIDC_ISSUER: 'http://id.example' }, /must be an https:/],
    [{ AUTH_TOKENS_FILE: tokens, OIDC_ISSUER: 'https://id.example' }, /both set/],
    [{ MGMT_KUBECONFIG: tokens }, /MGMT_KUBECONFIG/],
    [{ CORS_ORIGINS: 'https://a.example/path' }, /is not an origin/],
    [{ WEBHOOK_URL: 'https://hooks.example/x' }, /WEBHOOK_URL needs WEBHOOK_SECRET_FILE/],
    [{ WEBHOOK_URL: 'https://hooks.example/x', WEBHOOK_SECRET_FILE: '/no/such/file' }, /WEBHOOK_SECRET_FILE=.*ENOENT/],
    [{ WEBHOOK_URL: 'https://u:p@hooks.example/x' }, /without a password/],
    [{ WEBHOOK_URL: 'file:///etc/passwd' }, /must be an http/],
    [{ WORKDIR_URL: 's3://bucket/workdirs' }, /OBJECT_STORAGE_ENDPOINT is not set, which WORKDIR_URL needs/],
    [{ WORKDIR_URL: '/srv/workdirs' }, /WORKDIR_URL=.* must be a folder of a bucket/],
    [{ OBJECT_STORAGE_ENDPOINT: 'https://s3.example' }, /OBJECT_STORAGE_KEYS is not set/],
    [
      { OBJECT_STORAGE_ENDPOINT: 'https://s3.example', OBJECT_STORAGE_KEYS: '/no/such' },
      /OBJECT_STORAGE_KEYS=.*ENOENT/,
    ],
    [{ JOB_LINKS: 'Grafana' }, /must be JSON/],
    [{ JOB_LINKS: '[{"label": "x", "url": "javascript:alert({id})"}]' }, /0\.url must be an http/],
    [{ JOB_LINKS: '[{"label": "x", "url": "https://x.example/{password}"}]' }, /names nothing but \{id\}/],
    [{ JOB_LINKS: '[{"label": "x", "url": "https://x.example", "more": 1}]' }, /more/],
  ] as const)('%o', async ([environment, says]) => {
    expect((await mistakes(environment)).join('\n')).toMatch(says);
  });
});
