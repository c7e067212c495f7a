import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { precompress } from '../../../infra/images/precompress.ts';
import { freePort } from '../../../service/local/free-port.ts';

const images = resolve(import.meta.dirname, '../../../infra/images');
const nginx = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find(
  (path) => spawnSync(path, ['-v']).status === 0,
);
const SCRIPT = `console.log(${JSON.stringify('x'.repeat(5000))})`;

/** The entry point as the image runs it, but for the fixed paths of the image, which become this test's own. */
function entryPoint(directory: string, binDirectory: string): string {
  const script = join(directory, 'entrypoint.sh');
  writeFileSync(
    script,
    readFileSync(join(images, 'frontend-entrypoint.sh'), 'utf8').replaceAll('/tmp/', `${directory}/`),
  );
  writeFileSync(
    join(directory, 'template'),
    readFileSync(join(images, 'nginx.conf.template'), 'utf8')
      .replaceAll('/tmp/', `${directory}/`)
      .replaceAll('/usr/share/nginx/html', `${directory}/html`)
      .replaceAll('/dev/stdout', `${directory}/access.log`),
  );
  return `PATH=${binDirectory}:$PATH exec sh ${script}`;
}

describe('the entry point refuses what would end the configuration', () => {
  const directory = mkdtempSync(join(tmpdir(), 'frontend-entry-'));
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'nginx'), '#!/bin/sh\necho started "$@"\n', { mode: 0o755 });
  const command = entryPoint(directory, bin);
  const run = (environment: Record<string, string>, args = '') =>
    spawnSync('sh', ['-c', `${command} ${args}`], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, NGINX_TEMPLATE: join(directory, 'template'), ...environment },
    });
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each([
    { API_BASE_URL: 'javascript:alert(1)' },
    { API_BASE_URL: 'https://api.example.com"};evil' },
    { API_BASE_URL: 'https://user@evil.example.com' },
    { API_BASE_URL: 'https://a b' },
    { API_UPSTREAM: 'backend:8080; } evil {' },
    { API_UPSTREAM: 'back|end' },
    { CSP_CONNECT_SRC: "'unsafe-inline'; script-src *" },
    { PORT: '8080;' },
  ])('%j', (environment) => {
    const { status, stderr, stdout } = run(environment as unknown as Record<string, string>);
    expect(status).toBe(1);
    expect(stderr).toContain(`frontend: ${Object.keys(environment)[0]}=`);
    expect(stdout).toBe('');
  });

  it('writes the address for the browser, allows it in the policy, and passes arguments on', () => {
    const { status, stdout } = run({ API_BASE_URL: 'https://api.example.com/ml', API_UPSTREAM: 'b.ns:81' }, '-t');
    expect({ status, stdout }).toEqual({ status: 0, stdout: `started -c ${directory}/nginx.conf -t\n` });
    expect(JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'))).toEqual({
      apiBaseUrl: 'https://api.example.com/ml',
    });
    const configuration = readFileSync(join(directory, 'nginx.conf'), 'utf8');
    expect(configuration).toContain("connect-src 'self' https://api.example.com;");
    expect(configuration).toContain('server b.ns:81;');
    expect(configuration).toContain(
      existsSync('/proc/net/if_inet6') ? 'listen 8080; listen [::]:8080;' : 'listen 8080;\n',
    );
    expect(configuration).not.toMatch(/@[A-Z_]+@/);
  });
});

if (!nginx) console.log('skipped: no nginx on this machine, so the configuration is not served (Debian: nginx-light)');
describe.skipIf(!nginx)('nginx with this configuration', () => {
  const directory = mkdtempSync(join(tmpdir(), 'frontend-nginx-'));
  let server: ChildProcess;
  let backend: Server;
  let port = 0;

  beforeAll(async () => {
    mkdirSync(join(directory, 'html/assets'), { recursive: true });
    writeFileSync(join(directory, 'html/index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(directory, 'html/assets/app-1a2b3c.js'), SCRIPT);
    precompress(join(directory, 'html'));

    backend = createServer((incoming, answer) => {
      if (incoming.url === '/api/v1/events') {
        answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
        answer.write('id: 1\n\n');
        return; // held open: what was written must arrive all the same
      }
      answer.setHeader('x-frame-options', 'SAMEORIGIN');
      answer.end(JSON.stringify({ url: incoming.url, host: incoming.headers.host }));
    });
    backend.listen(0, '127.0.0.1');
    await once(backend, 'listening');

    port = await freePort();
    // As root nginx would run its workers as nobody, who may not read a private directory of root's.
    execFileSync('chmod', ['-R', 'a+rX', directory]);
    server = spawn('sh', ['-c', entryPoint(directory, '/usr/sbin:/usr/local/sbin')], {
      stdio: ['ignore', 'inherit', 'pipe'],
      env: {
        PATH: process.env.PATH,
        NGINX_TEMPLATE: join(directory, 'template'),
        API_UPSTREAM: `127.0.0.1:${(backend.address() as AddressInfo).port}`,
        PORT: String(port),
      },
    });
    await untilAnswering(port, server);
  });

  afterAll(async () => {
    if (server.exitCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGQUIT');
      await ended;
    }
    backend.closeAllConnections();
    backend.close();
    rmSync(directory, { recursive: true });
  });

  it('keeps hashed assets for a year and asks for index.html each time', async () => {
    expect((await get('/assets/app-1a2b3c.js')).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await get('/')).headers['cache-control']).toBe('no-cache');
    expect((await get('/config.json')).headers['cache-control']).toBe('no-store');
  });

  it.each(['/', '/assets/app-1a2b3c.js', '/jobs/x-1', '/config.json', '/api/v1/jobs', '/assets/none.js', '/healthz'])(
    'sends the security headers once on %s',
    async (path) => {
      const { headers } = await get(path);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['content-security-policy']).toMatch(/^default-src 'self';/);
      expect(headers.server).toBe('nginx');
    },
  );

  it('serves the compressed files that the build made, by what the browser accepts', async () => {
    const brotli = await get('/assets/app-1a2b3c.js', { 'accept-encoding': 'gzip, br' });
    expect(brotli.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
    });
    expect(brotliDecompressSync(brotli.body).toString()).toBe(SCRIPT);
    expect(brotli.headers['cache-control']).toContain('immutable');

    const gzip = await get('/assets/app-1a2b3c.js', { 'accept-encoding': 'gzip' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).toString()).toBe(SCRIPT);

    const plain = await get('/assets/app-1a2b3c.js');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body.toString()).toBe(SCRIPT);
    expect((await get('/assets/app-1a2b3c.js.br')).status).toBe(404);
  });

  it('answers the page for its own routes and 404 for files that are not there', async () => {
    expect((await get('/jobs/some-job-0a1b2c3d')).body.toString()).toContain('<title>page</title>');
    expect((await get('/assets/none.js')).status).toBe(404);
    expect((await get('/favicon.ico')).status).toBe(404);
  });

  it('hands the API on with its path and host', async () => {
    const { body } = await get('/api/v1/jobs?limit=1');
    expect(JSON.parse(body.toString())).toEqual({ url: '/api/v1/jobs?limit=1', host: `127.0.0.1:${port}` });
  });

  it('passes events on as they come', async () => {
    const stream = request({ port, host: '127.0.0.1', path: '/api/v1/events' }).end();
    const [answer] = await once(stream, 'response');
    const [first] = await once(answer, 'data');
    expect(String(first)).toBe('id: 1\n\n');
    expect(answer.headers['cache-control']).toBe('no-store');
    stream.destroy();
  });

  async function get(path: string, headers: Record<string, string> = {}) {
    const sent = request({ port, host: '127.0.0.1', path, headers }).end();
    const [answer] = await once(sent, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    return { status: answer.statusCode as number, headers: answer.headers, body: Buffer.concat(chunks) };
  }
});

/** Asks until nginx accepts, or until it has given up; nginx has no event to say that it listens. */
async function untilAnswering(port: number, server: ChildProcess): Promise<void> {
  let said = '';
  server.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  for (;;) {
    if (server.exitCode !== null) throw new Error(`nginx ended with ${server.exitCode}: ${said}`);
    const sent = request({ port, host: '127.0.0.1', path: '/healthz' }).end();
    const answered = await Promise.race([
      once(sent, 'response').then(() => true),
      once(sent, 'error').then(() => false),
    ]).catch(() => false);
    sent.on('error', () => {}).destroy();
    if (answered) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}
