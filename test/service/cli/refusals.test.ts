import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { EXIT } from '../../../service/cli/exit-codes.ts';
import { freePort } from '../../../service/local/free-port.ts';
import { cut, problem, startScripted } from '../client/scripted-service.ts';
import { mlp } from './mlp.ts';

// Every command that asks the service, against one that does not do as it should.

const JOB = 'first-0a1b2c3d';

/** A folder of few files. */
const HERE = join(import.meta.dirname, '../workdirs');

const COMMANDS: readonly (readonly string[])[] = [
  ['submit', '--algorithm', 'xgboost'],
  ['submit', '--algorithm', 'xgboost', '--watch'],
  ['submit', '--algorithm', 'xgboost', '--dry-run'],
  ['list'],
  ['list', '--mine'],
  ['list', '-o', 'json'],
  ['list', '--watch'],
  ['get', JOB],
  ['get', JOB, '-o', 'yaml'],
  ['get', JOB, '--manifest'],
  ['describe', JOB],
  ['logs', JOB],
  ['logs', '-f', JOB],
  ['logs', '--previous', JOB],
  ['logs', '--attempt', '1', JOB],
  ['metrics', JOB],
  ['metrics', '-f', JOB, '-o', 'csv'],
  ['events', JOB],
  ['events', JOB, '--watch'],
  ['wait', JOB],
  ['wait', 'by-name', '--for=running', '--timeout', '1m'],
  ['cancel', JOB],
  ['suspend', JOB],
  ['resume', JOB],
  ['delete', JOB],
  ['retry', JOB],
  ['retry', JOB, '--watch'],
  ['priority', JOB, '7'],
  ['clone', JOB],
  ['apply', '-f', '-'],
  ['clusters'],
  ['algorithms'],
  ['algorithms', 'xgboost'],
  ['outputs', JOB],
  ['outputs', JOB, '--download', '/nonexistent/folder'],
  ['top'],
  ['top', 'teams'],
  ['goodput'],
  ['submit', '--name', 'own', '--image', 'python:3.12', '--workdir', HERE],
  ['login', '--token-stdin'],
  ['whoami'],
  ['version'],
];

let service: Awaited<ReturnType<typeof startScripted>> | undefined;
afterEach(() => service?.close());

const serve = async (handler: Parameters<typeof startScripted>[0]): Promise<string> => {
  service = await startScripted(handler);
  return service.url;
};

/** All at once: most of their time is that between two tries. */
const runAll = (url: string, ...more: string[]) =>
  Promise.all(
    COMMANDS.map(async (args) => {
      const outcome = await mlp([...args, ...more], { url, input: 'jobName: first' });
      return { ...outcome, command: args.join(' ') };
    }),
  );

type Ran = Awaited<ReturnType<typeof runAll>>[number];

const expectEach = (all: readonly Ran[], code: number, ...words: RegExp[]) => {
  for (const { command, err, out, ...outcome } of all) {
    expect([command, outcome.code], err).toEqual([command, code]);
    for (const word of words) expect(err, command).toMatch(word);
    expect(err, command).not.toMatch(/undefined|\[object|at .*\.[jt]s:\d/);
    if (command !== 'version') expect(out, command).toBe('');
  }
};

describe('every command', () => {
  test('of a service that is away says where it was looked for, and what to do', async () => {
    const port = await freePort();
    const all = await runAll(`http://127.0.0.1:${port}`);
    expectEach(
      all,
      EXIT.away,
      new RegExp(`127.0.0.1:${port} cannot be reached \\(ECONNREFUSED\\)`),
      /--server, MLP_SERVER/,
    );
  });

  test('of a service that is slow waits as long as was said', async () => {
    const url = await serve(() => undefined);
    expectEach(await runAll(url, '--request-timeout', '1'), EXIT.away, /did not answer within 1 s/);
  });

  test.each([
    [401, EXIT.unauthorised, /Error: Send a token/, /mlp login/],
    [403, EXIT.unauthorised, /Error: ann lacks the role/, /mlp whoami/],
    [429, EXIT.away, /Error: More than 10 requests/, /try later/],
    [500, EXIT.away, /Error: Something went wrong/, /its log tells of it/],
  ])('of a service that answers %i says what it said, and what to do', async (status, code, said, advice) => {
    const details: Record<number, string> = {
      401: 'Send a token in the Authorization header',
      403: 'ann lacks the role viewer',
      429: 'More than 10 requests in a minute',
      500: 'Something went wrong in the service',
    };
    const url = await serve((_, response) =>
      problem(response, status, details[status] ?? '', {}, { 'Retry-After': '60' }),
    );
    expectEach(await runAll(url), code, said, advice, new RegExp(`${url} answered ${status} \\(request request-1\\)`));
  });

  test('of a service whose answers break off in the middle prints no half of one', async () => {
    const url = await serve((_, response) => cut(response, '[{"id": "first-', 'application/json'));
    expectEach(await runAll(url), EXIT.away, /cannot be reached/);
  });

  test('of a page that is no job API says so', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Welcome to nginx</html>');
    });
    const all = (await runAll(url)).filter(({ command }) => !/^logs|--watch|^wait/.test(command));
    expectEach(all, EXIT.away, /instead of JSON: this is not the job API/);
  });
});

test('a field that is wrong is told by the name that --set takes', async () => {
  const errors = [
    { pointer: '#/inputDataConfig/0/bucket', detail: 'must be a name' },
    { pointer: '#/priority', detail: 'must be at most 1000' },
  ];
  const url = await serve((_, response) => problem(response, 400, 'wrong', { errors }));
  const { code, err } = await mlp(['submit', '--algorithm', 'xgboost'], { url });
  expect(code).toBe(EXIT.refused);
  expect(err.split('\n').slice(0, 3)).toEqual([
    'Error: The service refused:',
    '  inputDataConfig[0].bucket must be a name',
    '  priority must be at most 1000',
  ]);
});

test.each([
  [['lisst'], /unknown command 'lisst'/],
  [['list', '--owner'], /argument missing/],
  [['list', '-o', 'xml'], /-o xml is not known\n {2}It is one of table, wide, json/],
  [['get'], /missing required argument 'job'/],
  [['wait', 'a', '--for', 'done'], /--for=done is not known/],
  [['priority', 'a', 'high'], /It must be a whole number/],
  [['logs', 'a', '--grep', '('], /--grep \(/],
  [['submit', '-f', '/nonexistent/job.yaml'], /job.yaml cannot be read: there is no such file/],
  [['submit', '-f', 'C:\\jobs\\first.yaml'], /C:\\jobs\\first.yaml cannot be read: there is no such file/],
  [['submit', '--set', 'x'], /--set x: it must be field=value/],
  [['submit'], /The job has no name/],
  [['submit', '--algorithm', 'xgboost', '--max-runtime', 'long'], /long is no length of time/],
  [['list', '--server', 'localhost'], /localhost is no address of a service/],
  [['list', '--context', 'nobody'], /There is no context nobody/],
])('%j is a mistake of the command line, found without asking', async (args, words) => {
  const { code, err, out } = await mlp(args, { url: 'http://127.0.0.1:1' });
  expect([code, out]).toEqual([EXIT.usage, '']);
  expect(err).toMatch(words);
});

test('a log that breaks off is gone on with, and told of once', async () => {
  let looks = 0;
  const url = await serve(async ({ path }, response) => {
    response.setHeader('Content-Type', 'application/json');
    if (path.endsWith('/status')) response.end('{}');
    else if (path.endsWith('/logs')) {
      if (++looks === 1) cut(response, '2026-01-01T00:00:01Z one\n2026-01-01T00:00:02Z tw');
      else if (looks === 2) await sleep(20).then(() => response.destroy());
      else response.end('2026-01-01T00:00:01Z one\n2026-01-01T00:00:02Z two\n');
    } else response.end('{"status": "Succeeded"}');
  });
  const { code, out, err } = await mlp(['logs', '-f', JOB], { url });
  expect([code, out]).toEqual([EXIT.ok, 'one\ntwo\n']);
  expect(err).toMatch(/^The answer was cut off in the middle\. Trying again \.\.\.\nThe service answers again\.\n$/);
});
