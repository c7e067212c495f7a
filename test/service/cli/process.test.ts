import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCli } from '../../../service/cli/build.ts';
import { EXIT } from '../../../service/cli/exit-codes.ts';
import { kubernetesTool } from '../../tools/kubernetes-tools.ts';
import { onPath } from '../../tools/on-path.ts';
import { json, startScripted } from '../client/scripted-service.ts';

const kubectl = kubernetesTool('kubectl');

// The command as it is installed: one file, started by a shell.

const JOBS = 10_000;
const PAGE = 1000;

let folder: string;
let file: string;
let service: Awaited<ReturnType<typeof startScripted>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mlp-built-'));
  await buildCli(join(folder, 'package'));
  file = join(folder, 'package', 'mlp.js');
  // As on somebody's PATH.
  mkdirSync(join(folder, 'bin'));
  for (const name of ['mlp', 'kubectl-mlp', 'kubectl_complete-mlp']) symlinkSync(file, join(folder, 'bin', name));
  service = await startScripted(({ path, query }, response) => {
    if (path === '/api/v1/jobs') {
      const from = Number(query.get('cursor') ?? 0);
      const size = Math.min(Number(query.get('limit')), PAGE, JOBS - from);
      const next = from + size < JOBS ? { Link: `</api/v1/jobs?cursor=${from + size}>; rel="next"` } : {};
      json(
        response,
        Array.from({ length: size }, (_, index) => listed(from + index)),
        200,
        next,
      );
    } else if (path === '/api/v1/algorithms') json(response, [{ name: 'xgboost' }, { name: 'xgboost-next' }]);
    else if (path.endsWith('/status')) json(response, {});
    else if (path.endsWith('/logs')) response.write('one\ntwo\n');
    else json(response, { status: 'Running' });
  });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const listed = (number: number) => ({
  id: `job-${String(number).padStart(8, '0')}`,
  jobName: 'job',
  namespace: 'default',
  status: 'Running',
  reason: 'Running',
  message: '',
  algorithm: 'xgboost',
  clusters: ['member1'],
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: null,
  finishedAt: null,
  priority: 500,
  createdBy: 'ann',
});

const environment = (more: object = {}) => ({
  PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
  HOME: folder,
  MLP_SERVER: service.url,
  ...more,
});

const shell = (script: string, more: object = {}) =>
  promisify(execFile)('bash', ['-c', script], { env: environment(more), maxBuffer: 64 * 2 ** 20 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );

test('it is one file of less than a megabyte, and npx runs the package as it is published, from an empty folder', async () => {
  expect(statSync(file).size).toBeLessThan(1_000_000);
  const [packed, empty] = [mkdtempSync(join(folder, 'packed-')), mkdtempSync(join(folder, 'empty-'))];
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--offline', '--pack-destination', packed], {
    cwd: join(folder, 'package'),
  });
  const [{ name, filename, files }] = JSON.parse(stdout);
  expect([name, files.map((each: { path: string }) => each.path).sort()]).toEqual([
    '@ml-platform/cli',
    ['LICENSE', 'README.md', 'mlp.js', 'package.json'],
  ]);
  const npx = ['--yes', '--offline', '--cache', join(folder, 'npm-cache'), `file:${join(packed, filename)}`];
  const ran = await promisify(execFile)('npx', [...npx, 'list', '--limit', '2', '-o', 'name'], {
    cwd: empty,
    env: environment(),
  });
  expect(ran.stdout).toBe('job-00000000\njob-00000001\n');
  expect((await shell('mlp version --client')).stdout).toMatch(/^command \d+\.\d+\.\d+\n$/);
});

test('who reads the head alone ends it, without a word; and no page is asked for that nobody reads', async () => {
  const before = service.asked.length;
  const { code, stdout, stderr } = await shell('set -o pipefail; mlp list | head -3');
  expect([code, stdout.split('\n').length, stderr]).toEqual([0, 4, '']);
  expect(service.asked.length - before).toBeLessThan(JOBS / PAGE);
});

test('ten thousand jobs are listed by ten requests', async () => {
  const before = service.asked.length;
  const { stdout } = await shell('mlp list -o name | wc -l');
  expect(Number(stdout)).toBe(JOBS);
  expect(service.asked.length - before).toBe(JOBS / PAGE);
  expect((await shell('mlp list --limit 5 -o name')).stdout.trimEnd().split('\n')).toHaveLength(5);
  expect(service.asked.at(-1)?.query.get('limit')).toBe('5');
});

test('Ctrl-C leaves the job, and says how to come back', async () => {
  const child = spawn(file, ['logs', '-f', 'job-00000001'], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const said = text(child.stderr);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([EXIT.detached, null]);
  expect(await said).toBe(
    'Detached: job job-00000001 goes on. "mlp logs -f --tail 10 job-00000001" comes back to it.\n',
  );
});

test('colours are for terminals alone', async () => {
  expect((await shell('mlp list --limit 1')).stdout).not.toContain('\x1b');
});

test('as a plugin of kubectl it takes the namespace and the context that kubectl has', async () => {
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    `current-context: one
contexts:
- {name: one, context: {cluster: a, namespace: team-a}}
- {name: two, context: {cluster: b}}
`,
  );
  const namespaceOf = async (args: string) => {
    const { code, stderr } = await shell(`kubectl-mlp list --limit 1 ${args}`, {
      KUBECONFIG: `${folder}/none:${kubeconfig}`,
    });
    expect(code, stderr).toBe(0);
    return service.asked.at(-1)?.query.get('namespace');
  };
  expect(await namespaceOf('')).toBe('team-a');
  expect(await namespaceOf('--context two')).toBe('default');
  expect(await namespaceOf('-n team-b')).toBe('team-b');
  expect(await namespaceOf('-A')).toBe(null);
  expect((await shell('kubectl-mlp help')).stdout).toMatch(/^Usage: kubectl mlp <command>/);
});

describe('completion in a real bash', () => {
  /** What Tab offers at the end of the line. */
  const tab = async (line: string, more: object = {}) => {
    const { stdout, stderr } = await shell(
      `source <(mlp completion bash)
      COMP_LINE="$LINE" COMP_POINT=\${#LINE}
      read -ra COMP_WORDS <<< "\${LINE//=/ = }"
      [[ "$LINE" == *" " ]] && COMP_WORDS+=("")
      COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
      compopt() { printf "%s " compopt "$@" >&2; }
      _mlp_complete
      printf '%s\\n' "\${COMPREPLY[@]}"`,
      { LINE: line, ...more },
    );
    return { offered: stdout.trim().split('\n'), told: stderr };
  };

  test.each([
    ['mlp su', ['submit', 'suspend']],
    ['mlp list --st', ['--state']],
    ['mlp list --state Su', ['Suspended', 'Succeeded']],
    ['mlp list --state=Su', ['Suspended', 'Succeeded']],
    ['mlp -n team-a wait --for f', ['finished', 'failed']],
    ['mlp submit --algorithm x', ['xgboost', 'xgboost-next']],
    ['mlp logs -f job-0000000', Array.from({ length: 10 }, (_, index) => `job-0000000${index}`)],
    ['mlp top te', ['teams']],
    ['mlp completion f', ['fish']],
    ['mlp nothing ', ['']],
  ])('%s', async (line, offered) => {
    expect((await tab(line)).offered).toEqual(offered);
  });

  test('files are left to the shell; a service that is away offers nothing, and says nothing', async () => {
    expect((await tab('mlp submit -f ')).told).toContain('compopt -o default');
    expect(await tab('mlp get j', { MLP_SERVER: 'http://127.0.0.1:1' })).toEqual({ offered: [''], told: '' });
  });
});

/** The functions by which a shell is asked, so that no terminal is needed. */
const ASKED: Readonly<Record<string, (line: string) => string>> = {
  fish: (line) => `mlp completion fish | source; complete -C '${line}'`,
  zsh: (line) => `autoload -U compinit; compinit -u -D; source <(mlp completion zsh)
    compadd() { print -rl -- "\${@[2,-1]}" }
    _files() { print :files }
    words=(\${(s: :)\${:-"${line}"}}); [[ "${line}" == *" " ]] && words+=("")
    CURRENT=$#words; _mlp`,
};

describe.each(Object.keys(ASKED))('completion in a real %s', (program) => {
  const found = onPath(program);
  if (found === undefined) console.info(`Completion in ${program} is not tried: there is no ${program} on PATH`);

  test.runIf(found).each([
    ['mlp su', ['submit', 'suspend']],
    ['mlp list --state Su', ['Succeeded', 'Suspended']],
    ['mlp list --state=Su', ['--state=Succeeded', '--state=Suspended']],
    ['mlp -n team-a wait --for f', ['failed', 'finished']],
    ['mlp submit --algorithm x', ['xgboost', 'xgboost-next']],
    ['mlp logs -f job-0000000', Array.from({ length: 10 }, (_, index) => `job-0000000${index}`)],
  ])('%s', async (line, offered) => {
    const { stdout, stderr } = await promisify(execFile)(found ?? '', ['-c', ASKED[program]?.(line) ?? ''], {
      env: environment({ XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }),
    });
    expect(stdout.trim().split('\n').sort(), stderr).toEqual(offered);
  });
});

test.skipIf(kubectl === undefined)(
  'kubectl completes its plugin, with names of jobs, and leaves files to the shell',
  async () => {
    const complete = async (...words: string[]) => {
      const { stdout } = await promisify(execFile)(kubectl ?? '', ['__complete', 'mlp', ...words], {
        env: environment(),
      });
      return stdout.trim().split('\n');
    };
    expect(await complete('su')).toEqual(['submit', 'suspend', ':4']);
    expect(await complete('get', 'job-00000001')).toEqual(['job-00000001', ':4']);
    expect(await complete('submit', '-f', '')).toEqual([':0']);
  },
);
