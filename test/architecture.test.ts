import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

// Imports go one way. Every folder of service and infra, and every file directly in them, has a row here: what it may
// import beside itself. Who adds a folder adds its row.

const CONTRACT = 'service/contract.ts';
/** What jobs are, and where they are kept and sent. */
const CORE = [
  'service/newest.ts',
  'service/jobs',
  'service/store',
  'service/karmada',
  'service/kube',
  'service/signals.ts',
  CONTRACT,
];
/** What manifests are made of. */
const STACKS = ['infra/stacks', 'infra/constructs', 'infra/settings', 'infra/data'];

const MAY_IMPORT: Record<string, readonly string[]> = {
  [CONTRACT]: [],
  'service/log.ts': [],
  'service/auth': [CONTRACT],
  'service/jobs': ['service/trainingjob', CONTRACT],
  'service/store': ['service/signals.ts', 'service/jobs', CONTRACT],
  'service/signals.ts': [],
  'service/shared-answer.ts': [],
  'service/newest.ts': [],
  'service/listening.ts': [],
  'service/lookout.ts': ['service/store'],
  'service/kube': ['service/signals.ts'],
  'service/karmada': ['service/newest.ts', 'service/jobs', 'service/kube', CONTRACT],
  'service/trainingjob': [],
  // Python; what is TypeScript in it makes and runs it.
  'service/trainers': ['service/jobs', 'service/signals.ts', CONTRACT],
  'service/operator': [
    'service/kube',
    'service/log.ts',
    'service/newest.ts',
    'service/reports',
    'service/signals.ts',
    'service/trainingjob',
    CONTRACT,
  ],
  'service/probe': [CONTRACT],
  'service/config': [
    'service/notify',
    'service/auth',
    'service/objects',
    'service/store',
    'service/kube',
    'service/utilisation',
    CONTRACT,
  ],
  'service/config.ts': ['service/config', 'service/auth', 'service/objects', 'service/store', CONTRACT],
  'service/upkeep.ts': ['service/retention.ts', 'service/store'],
  'service/retention.ts': ['service/store'],
  'service/events': ['service/newest.ts', 'service/signals.ts', 'service/jobs', 'service/store', CONTRACT],
  // The wire format of reports, for whoever takes them.
  'service/reports': ['service/newest.ts', 'service/trainingjob'],
  'service/learning': ['service/listening.ts', 'service/lookout.ts', 'service/reports', 'service/trainingjob', ...CORE],
  'service/utilisation': ['service/lookout.ts', ...CORE],
  'service/logs': CORE,
  // An S3 bucket: knows nothing of jobs.
  'service/objects': ['service/signals.ts'],
  'service/workdirs': ['service/objects', CONTRACT],
  // What jobs leave, wherever it can be read.
  'service/outputs': ['service/objects', 'service/jobs', CONTRACT],
  'service/dispatch': ['service/lookout.ts', 'service/shared-answer.ts', ...CORE],
  'service/monitor': CORE,
  'service/notify': CORE,
  'service/metrics.ts': ['service/monitor', ...CORE],
  'service/api': [
    'service/auth',
    'service/config.ts',
    'service/events',
    'service/listening.ts',
    'service/logs',
    'service/metrics.ts',
    'service/monitor',
    'service/objects',
    'service/outputs',
    'service/shared-answer.ts',
    'service/workdirs',
    ...CORE,
  ],
  // Published as it is: it knows the service by the types of its OpenAPI document, which lie in its own folder.
  'service/client': [],
  'service/cli': ['service/client'],
  'service/web': ['service/client', CONTRACT],
  'service/start-error.ts': [],
  'service/process.ts': [
    'service/api',
    'service/config.ts',
    'service/kube',
    'service/start-error.ts',
    'service/store',
    CONTRACT,
  ],
  'service/main.ts': [
    'service/api',
    'service/auth',
    'service/config.ts',
    'service/dispatch',
    'service/events',
    'service/learning',
    'service/log.ts',
    'service/logs',
    'service/metrics.ts',
    'service/monitor',
    'service/notify',
    'service/objects',
    'service/outputs',
    'service/process.ts',
    'service/upkeep.ts',
    'service/utilisation',
    'service/workdirs',
    ...CORE,
  ],
  // `npm start` without a cluster: it starts service and operators as their programs are started, with a database
  // and a Karmada of its own.
  'service/local': [
    'service/api',
    'service/config.ts',
    'service/kube',
    'service/log.ts',
    'service/main.ts',
    'service/objects',
    'service/operator',
    'service/process.ts',
    'service/start-error.ts',
    'service/store',
    'service/trainers',
    'service/trainingjob',
    'service/utilisation',
    'service/web',
    CONTRACT,
  ],

  'infra/data': [],
  'infra/settings': ['infra/data', CONTRACT],
  'infra/constructs': ['infra/settings', 'infra/data', 'imports', CONTRACT],
  'infra/stacks': [
    'infra/constructs',
    'infra/settings',
    'infra/data',
    'imports',
    'service/trainingjob',
    'service/kube',
    CONTRACT,
  ],
  'infra/synth': STACKS,
  'infra/notes': ['infra/synth', ...STACKS],
  // A library: it knows no stack.
  'infra/helm': ['infra/data'],
  'infra/charts': ['infra/helm', 'infra/notes', 'infra/synth', ...STACKS],
  'infra/diagram': ['infra/synth', ...STACKS],
  'infra/images': [CONTRACT],
  'infra/generate-imports.ts': [],
  'infra/options.ts': [],
  'infra/plan.ts': ['infra/options.ts', ...STACKS],
  'infra/main.ts': ['infra/options.ts', 'infra/plan.ts', 'infra/synth', ...STACKS],
  'infra/promote': ['infra/plan.ts', ...STACKS],
  'infra/preflight': ['infra/plan.ts', 'infra/synth', 'service/contract.ts', 'service/kube', ...STACKS],
  'infra/deploy': [
    'infra/images',
    'infra/notes',
    'infra/plan.ts',
    'infra/preflight',
    'infra/synth',
    'service/kube',
    CONTRACT,
    ...STACKS,
  ],
};

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

interface Import {
  readonly file: string;
  readonly target: string;
}

/** "service/jobs" of "service/jobs/state/rayjob.ts"; a file directly below service or infra is a part by itself. contract/ is contract.ts. */
function partOf(path: string): string {
  const [top = '', second = '', ...deeper] = path.split('/');
  if (top !== 'service' && top !== 'infra') return top;
  if (second === 'contract') return CONTRACT;
  return deeper.length > 0 ? `${top}/${second}` : path;
}

const files = ['service', 'infra'].flatMap((folder) =>
  (readdirSync(join(root, folder), { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((file) => /\.tsx?$/.test(file)),
);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target = '']) => ({
    file,
    target: relative(root, join(root, dirname(file), target)),
  }));
}

const imports = files.flatMap(importsOf);
const fromPart = ({ file }: Import) => partOf(file);
const toPart = ({ target }: Import) => partOf(target);
const told = (found: Import[]): string[] => found.map(({ file, target }) => `${file} imports ${target}`);

/** Each circle of files that import each other, as the way round. */
function circles(): string[] {
  const targets = new Map(files.map((file) => [file, importsOf(file).map(({ target }) => target)]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]) => {
    const begun = way.indexOf(file);
    if (begun >= 0) found.push([...way.slice(begun), file].join(' -> '));
    if (begun >= 0 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

describe('imports go one way', () => {
  test.each(Object.entries(MAY_IMPORT))('%s', (part, allowed) => {
    const others = imports.filter((each) => fromPart(each) === part && toPart(each) !== part);
    expect(told(others.filter((each) => !allowed.includes(toPart(each))))).toEqual([]);
  });

  test('of the service, infra knows the contract, how to speak to Kubernetes, and what a TrainingJob is', () => {
    const known = Object.entries(MAY_IMPORT).flatMap(([part, allowed]) =>
      part.startsWith('infra/') ? allowed.filter((each) => each.startsWith('service/')) : [],
    );
    expect([...new Set(known)].sort()).toEqual([CONTRACT, 'service/kube', 'service/trainingjob']);
  });

  test('every folder has a row, and every row a folder', () => {
    expect(Object.keys(MAY_IMPORT).sort()).toEqual([...new Set(files.map(partOf))].sort());
  });

  test('no two files import each other, by whatever detour: types count too', () => {
    expect(circles()).toEqual([]);
  });

  test.each([
    ['service/kube', 'the room that speaks Kubernetes', /karmada|\bray|\bjobs?\b|ml-?platform/i],
    [
      'infra/helm',
      'the deriver of charts',
      /karmada|\bray\b|argo|ml-?platform|flts|preempt|training|machine-?learning/i,
    ],
    ['infra/data', 'what is done with plain data', /karmada|\bray\b|argo|ml-?platform|flts|preempt|training|helm/i],
  ])('%s: %s has no word of what it is used for', (part, _, words) => {
    const said = files
      .filter((file) => partOf(file) === part)
      .flatMap((file) =>
        readFileSync(join(root, file), 'utf8')
          .split('\n')
          .filter((line) => words.test(line))
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(said).toEqual([]);
  });

  test('the service knows nothing of the manifests, and nothing that runs imports a test', () => {
    const foreign = (each: Import) =>
      toPart(each) === 'test' || (fromPart(each).startsWith('service') && /^(infra|imports)/.test(toPart(each)));
    expect(told(imports.filter(foreign))).toEqual([]);
  });
});

test('one construct makes pods: nobody else writes a securityContext or a container, but for what teams might give', () => {
  const ofTeams = 'stacks/extras.ts';
  const files = (readdirSync(join(root, 'infra'), { recursive: true }) as string[])
    .filter((file) => /^(constructs|stacks)\/.*\.ts$/.test(file) && ![ofTeams, 'constructs/pod.ts'].includes(file))
    .filter((file) =>
      /\b(securityContext|initContainers):|\bcontainers:\s*\[/.test(readFileSync(join(root, 'infra', file), 'utf8')),
    );
  expect(files).toEqual([]);
});

test('what synth is made of does no I/O: no file, no process, no clock, no chance', () => {
  const files = ['constructs', 'stacks', 'settings'].flatMap((folder) =>
    (readdirSync(join(root, 'infra', folder), { recursive: true }) as string[])
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join('infra', folder, name)),
  );
  expect(files.length).toBeGreaterThan(30);
  const impure = files.filter((file) =>
    /node:(fs|child_process|os|net|http)|process\.(env|argv|cwd)|Date\.now|new Date\(|Math\.random|randomUUID/.test(
      readFileSync(join(root, file), 'utf8'),
    ),
  );
  expect(impure).toEqual([]);
});
