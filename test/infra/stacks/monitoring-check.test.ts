import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { monitoring } from '../../../infra/stacks/monitoring/index.ts';
import { type Authority, createAuthority } from '../../service/kube/certificates.ts';
import { onPath } from '../../tools/on-path.ts';
import { type Entrance, HEADERS, startEntrance } from '../deploy/some-entrance.ts';
import { subjectOf } from '../subjects.ts';

// What `helm test` and `npm run deploy` start in a pod, run here as it is: a shell, curl, and what it asks.

const definition = monitoring as unknown as StackDefinition;
interface Container {
  readonly command: string[];
  readonly args: string[];
  readonly env: { readonly name: string; readonly value?: string }[];
}
const podOf = (values: unknown, name: string): Container => {
  const pods = (subjectOf(definition, values).folders.get('check') ?? []).filter(({ kind }) => kind === 'Pod');
  const spec = pods.find(({ metadata }) => metadata.name === name)?.spec as { containers: [Container] };
  return spec.containers[0];
};

const curl = onPath('curl');

describe.skipIf(curl === undefined)(`the check's script${curl ? '' : ' (skipped: no curl on PATH)'}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'monitoring-check-'));
  let authority: Authority;
  let entrance: Entrance;
  let inside: Server;
  let dashboards: string[];
  let query: unknown[];

  beforeAll(async () => {
    authority = await createAuthority('localhost');
    entrance = await startEntrance('localhost', authority.server);
    writeFileSync(join(folder, 'ca.crt'), authority.ca);
    inside = createServer((request, response) => {
      const { pathname } = new URL(String(request.url), 'http://inside');
      const isAdmin = request.headers.authorization === `Basic ${Buffer.from('admin:secret').toString('base64')}`;
      const answers: Record<string, unknown> = {
        '/api/health': { database: 'ok' },
        '/-/ready': 'Prometheus Server is Ready.',
        '/api/v1/query': { data: { result: query } },
        '/api/v1/rules': { data: { groups: [{ rules: [{ name: 'TrainingJobOperatorDown' }] }] } },
        '/api/search': isAdmin ? dashboards.map((uid) => ({ uid })) : [],
      };
      response.end(JSON.stringify(answers[pathname]));
    });
    inside.listen(0, '127.0.0.1');
    await once(inside, 'listening');
  });
  afterAll(async () => {
    await entrance.close();
    inside.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    Object.assign(entrance, { headers: HEADERS, redirect: 'https://localhost/login' });
    dashboards = ['trainingjob-operator', 'training-fleet'];
    query = [{ value: [0, '1'] }];
  });

  interface Trust {
    readonly authority?: string;
    readonly issuer?: string;
    readonly staging?: boolean;
  }
  async function run(values: object, { authority: file = '', issuer = 'selfSigned', staging = false }: Trust = {}) {
    const { http, https } = entrance.ports;
    const all = { check: { entrance: { http, https }, timeoutSeconds: 10 }, ...values };
    const { args, command, env } = podOf(all, 'monitoring-check');
    const port = (inside.address() as AddressInfo).port;
    const [shell = '', ...script] = command;
    // It gives up at once: what is not there now will not come.
    const arguments_ = [...script.slice(0, -1), '0', `127.0.0.1:${port}`, `127.0.0.1:${port}`, ...args.slice(2, 4)];
    const variables = new Map(env.map(({ name, value }) => [name, value ?? '']));
    if (variables.has('WAY_HOST')) variables.set('WAY_HOST', 'localhost');
    const own = { GRAFANA_USER: 'admin', GRAFANA_PASSWORD: 'secret', AUTHORITY_FILE: file };
    const child = spawn(shell, arguments_, {
      env: {
        ...Object.fromEntries(variables),
        ...own,
        ISSUER: issuer,
        FOR_TRIALS: String(staging),
        PATH: process.env.PATH,
      },
    });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: code as number | null, out, err };
  }
  const GKE = { exposure: { type: 'gke', host: 'grafana.example.com' } };

  test('all that was set holds', async () => {
    const { code, err, out } = await run(GKE, { authority: join(folder, 'ca.crt') });
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toEqual([
      'holds: Grafana is well',
      'holds: Prometheus is ready',
      'holds: the operator of TrainingJobs is scraped',
      'holds: its alerts are loaded',
      'holds: the dashboard trainingjob-operator is loaded',
      'holds: the dashboard training-fleet is loaded',
      'holds: HTTPS answers',
      'holds: HSTS is set',
      'holds: CSP is set',
      'holds: HTTP leads to HTTPS',
    ]);
  });

  test('where there is no entrance none is asked', async () => {
    const { code, out } = await run({});
    expect(code).toBe(0);
    expect(out).not.toContain('HTTP');
  });

  test('each that does not hold is named, and the others are asked all the same', async () => {
    Object.assign(entrance, { headers: { 'strict-transport-security': 'max-age=31536000' }, redirect: undefined });
    dashboards = ['training-fleet'];
    query = [];
    const { code, err, out } = await run(GKE, { authority: join(folder, 'ca.crt') });
    expect(code).toBe(1);
    expect(err.match(/s: (.*?): /g)).toEqual([
      's: the operator of TrainingJobs is scraped: ',
      's: the dashboard trainingjob-operator is loaded: ',
      's: CSP is set: ',
      's: HTTP leads to HTTPS: ',
    ]);
    expect(out).toContain('holds: HSTS is set');
  });

  test('a chain of ours is none that everybody trusts', async () => {
    const { code, err } = await run(GKE);
    expect(code).toBe(1);
    expect(err).toContain('HTTPS answers: curl: (60)');
    expect((await run(GKE, { issuer: 'letsEncrypt', staging: true })).code).toBe(0);
  });
});

test('it is told of the host, its ports, the issuer and whether that one is for trials', () => {
  const told = (values: object) =>
    Object.fromEntries(podOf(values, 'monitoring-check').env.map(({ name, value }) => [name, value]));
  const values = { exposure: { type: 'ingress', host: 'g.example.com' }, certificates: { issuer: 'existing' } };
  const way = {
    WAY_HOST: 'g.example.com',
    HTTPS_PORT: '443',
    HTTP_PORT: '80',
    ISSUER: 'existing',
    FOR_TRIALS: 'false',
  };
  expect(told(values)).toMatchObject(way);
  expect(told({ exposure: { type: 'gateway', host: 'g.example.com' } })).toMatchObject({ HTTP_PORT: 'none' });
  expect(told({})).not.toHaveProperty('WAY_HOST');
});

test('a stranger knocks at Grafana, Prometheus and Alertmanager', () => {
  expect(podOf({}, 'monitoring-stranger').args).toEqual([
    'monitoring-grafana:80',
    'monitoring-kube-prometheus-prometheus:9090',
    'monitoring-kube-prometheus-alertmanager:9093',
  ]);
});
