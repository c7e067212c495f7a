import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWheel } from '../../../service/client/wheel.ts';
import { onPath } from '../../tools/on-path.ts';
import { startWorld, type World } from '../api/world.ts';
import { cut, json, problem, startScripted } from './scripted-service.ts';

// The client for Python, as pip installs its wheel. Where there is no Python, only the wheel itself is looked at.

const root = resolve(import.meta.dirname, '../../..');

/** One that has pandas tries the DataFrames, too. */
const PYTHON = process.env.TRAINERS_PYTHON || 'python3';

const hasPython = (() => {
  try {
    const found = execFileSync(PYTHON, ['-c', 'import sys, pip; print(sys.version_info >= (3, 11))'], {
      stdio: 'pipe',
    });
    return String(found).trim() === 'True';
  } catch {
    return false;
  }
})();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wheel-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the wheel is the same to the byte each time, and has the version of the whole', () => {
  const [one, other] = [buildWheel(join(folder, 'one')), buildWheel(join(folder, 'other'))];
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(one).toMatch(new RegExp(`/mlplatform_client-${version}-py3-none-any\\.whl$`));
  expect(readFileSync(one).equals(readFileSync(other))).toBe(true);
  const project = readFileSync(join(root, 'service/client/python/pyproject.toml'), 'utf8');
  expect(project).toContain(`\nversion = "${version}"\n`);
});

/** Beside that Python, or on PATH. */
const toolFor = (name: string): string | undefined =>
  [join(dirname(PYTHON), name)].find((path) => isAbsolute(path) && existsSync(path)) ?? onPath(name);

describe.each([
  ['ruff', ['check', '--no-cache', '.']],
  ['ruff', ['format', '--no-cache', '--check', '.']],
  ['mypy', ['--cache-dir', 'CACHE']],
])('the sources in the eyes of %s', (name, args) => {
  const tool = toolFor(name);
  if (tool === undefined) console.info(`skipped: there is no ${name} on PATH, nor beside TRAINERS_PYTHON`);
  test.runIf(tool)(`${name} ${args.join(' ')}`, async () => {
    const own = args.map((each) => (each === 'CACHE' ? join(folder, 'mypy') : each));
    const cwd = join(root, 'service/client/python');
    const told = await promisify(execFile)(tool ?? '', own, { cwd }).then(
      () => '',
      ({ stdout, stderr }) => `${stdout}${stderr}`,
    );
    expect(told).toBe('');
  });
});

describe.runIf(hasPython)('in Python', () => {
  let world: World;
  beforeAll(async () => {
    const install = [
      '-m',
      'pip',
      'install',
      '--no-index',
      '--no-deps',
      '--quiet',
      '--target',
      join(folder, 'installed'),
    ];
    execFileSync(PYTHON, [...install, buildWheel(folder)], { stdio: 'pipe' });
    world = await startWorld({ speed: 20 });
  });
  afterAll(() => world.close());

  /** What the program prints. */
  const python = async (program: string, url = world.url): Promise<string> => {
    const file = join(folder, 'program.py');
    writeFileSync(file, program);
    const env = { PATH: process.env.PATH, HOME: folder, PYTHONPATH: join(folder, 'installed'), MLP_SERVER: url };
    const { stdout } = await promisify(execFile)(PYTHON, ['-B', file], { env: { ...env, PYTHONWARNINGS: 'error' } });
    return stdout;
  };

  test('a job is submitted, followed, waited for and found; a refusal tells its fields', async () => {
    const printed = await python(`
from mlplatform_client import Client, Problem

client = Client()
job = client.submit({"jobName": "python", "algorithm": {"algorithmName": "xgboost"}})
followed = list(client.logs(job["id"], follow=True))
print(client.wait(job["id"], timeout=60)["status"], sorted(followed) == sorted(client.logs(job["id"])), len(followed) > 60)
print([each["jobName"] for each in client.jobs(q="python")], client.events(job["id"])[0]["reason"])
try:
    client.submit({"jobName": "python", "algorithm": {"algorithmName": "xgboost"}, "priority": -1})
except Problem as problem:
    print(problem.status, problem.fields)
forever = client.submit({"jobName": "python-forever", "algorithm": {"algorithmName": "xgboost"}})
try:
    client.wait(forever["id"], timeout=0.1)
except TimeoutError:
    print(client.cancel(forever["id"])["wanted"])
`);
    expect(printed.trimEnd().split('\n')).toEqual([
      'Succeeded True True',
      "['python'] Queued",
      "400 {'/priority': 'must be at least 0'}",
      'cancel',
    ]);
  });

  test('the notebook of the examples runs from its first cell to its last', async () => {
    const printed = await python(`
import importlib.util, json

with open(${JSON.stringify(join(root, 'examples/first-training.ipynb'))}) as file:
    cells = [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
names = {}
for cell in cells:
    if "pandas" in cell["metadata"].get("tags", []) and importlib.util.find_spec("pandas") is None:
        continue
    exec("".join(cell["source"]), names)
print(names["finished"]["status"])
`);
    expect(printed).toContain('epoch 50/50');
    expect(printed).toMatch(/\{'\/hyperparameters\/xgboost\/eta': .*\}/);
    expect(printed.trimEnd().split('\n').at(-1)).toBe('Succeeded');
  });

  test('the numbers of a training are a table, and what it tells comes as it is told', async () => {
    const service = await startScripted(({ path }, response) => {
      const series = {
        name: 'loss',
        at: [1000, 2000],
        step: [1, null],
        value: [0.5, 0.25],
        min: [0.4, 0.25],
        max: [0.6, 0.25],
      };
      if (path.endsWith('/metrics')) return json(response, { jobId: 'a-1', series: [series] });
      json(response, { status: 'Succeeded', progress: { percent: 100, at: '2026-01-01T00:00:00Z' } });
    });
    try {
      const printed = await python(
        `
import importlib.util
from mlplatform_client import Client, frame

client = Client()
print([each["percent"] for each in client.progress("a-1")], client.metrics("a-1", ["loss"])["series"][0]["name"])
if importlib.util.find_spec("pandas") is None:
    print("no pandas")
else:
    table = frame(client.metrics("a-1"))
    print(list(table.columns), table["value"].tolist(), str(table["at"].iloc[1]), frame([{"at": "2026-01-01T00:00:00Z"}])["at"].iloc[0].year)
`,
        service.url,
      );
      const [first, second] = printed.split('\n');
      expect(first).toBe('[100] loss');
      const table = "['name', 'at', 'step', 'value', 'min', 'max'] [0.5, 0.25] 1970-01-01 00:00:02+00:00 2026";
      expect(second).toBeOneOf(['no pandas', table]);
    } finally {
      await service.close();
    }
  });

  test('what passes is asked again under the same key, and a log that breaks off is taken up where it broke', async () => {
    const line = (second: number, text: string) => `2026-01-01T00:00:0${second}.000000000Z ${text}\n`;
    const logs = [
      (to: Parameters<typeof cut>[0]) =>
        cut(to, `${line(1, 'a | 1')}${line(1, 'a | 1')}${line(2, 'b | 1')}2026-01-01T00`),
      (to: Parameters<typeof cut>[0]) =>
        void to.end(`${line(2, 'b | 1')}${line(1, 'a | 1')}${line(1, 'a | 1')}${line(1, 'a | 1')}${line(3, 'b | 2')}`),
    ];
    const service = await startScripted(({ path, method }, response) => {
      if (path.endsWith('/logs')) return logs.shift()?.(response);
      if (method !== 'POST') return problem(response, 404, 'There is no job');
      const tries = service.asked.filter((each) => each.method === 'POST').length;
      if (tries === 1) return problem(response, 429, 'too many', {}, { 'Retry-After': '0' });
      if (tries === 2) return void response.destroy();
      json(response, { id: 'a-1' }, 201);
    });
    try {
      const printed = await python(
        `
from mlplatform_client import Client, Problem

client = Client()
print(client.submit({"jobName": "a", "algorithm": {}})["id"], list(client.logs("a-1")))
try:
    client.job("a-1")
except Problem as problem:
    print(problem.status, problem, problem.request_id)
`,
        service.url,
      );
      expect(printed).toBe("a-1 ['a | 1', 'a | 1', 'b | 1', 'a | 1', 'b | 2']\n404 There is no job request-1\n");
      const keys = service.asked
        .filter(({ method }) => method === 'POST')
        .map(({ headers }) => headers['idempotency-key']);
      expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
    } finally {
      await service.close();
    }
  });
});
