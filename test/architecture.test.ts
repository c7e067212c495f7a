import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

// Imports go one way. A part may import what stands behind it here, and itself; a part that does not stand here may
// import anything, as long as it is no server code that reaches into infra.

const CONTRACT = 'service/contract.ts';
const MAY_IMPORT: Record<string, string[]> = {
  [CONTRACT]: [],
  'service/jobs': [CONTRACT],
  'service/store': ['service/jobs', CONTRACT],
  'service/karmada': ['service/jobs', CONTRACT],
  'service/logs': ['service/jobs', 'service/store', 'service/karmada', CONTRACT],
  'service/dispatch': ['service/jobs', 'service/store', 'service/karmada', CONTRACT],
  'service/monitor': ['service/jobs', 'service/store', 'service/karmada', CONTRACT],
  'service/events': ['service/jobs', 'service/store', CONTRACT],

  'infra/settings': [],
  'infra/constructs': ['infra/settings', 'imports', CONTRACT],
  'infra/stacks': ['infra/constructs', 'infra/settings', 'imports', CONTRACT],
  'infra/synth': ['infra/stacks', 'infra/constructs', 'infra/settings'],
};

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** "service/jobs" of "service/jobs/state/rayjob.ts"; a file directly below service or infra is a part by itself. */
function partOf(path: string): string {
  const [top = '', second = '', ...deeper] = path.split('/');
  if (top !== 'service' && top !== 'infra') return top;
  return deeper.length > 0 ? `${top}/${second}` : path;
}

function importsIn(folder: string): Import[] {
  const files = readdirSync(join(root, folder), { recursive: true }) as string[];
  return files
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('node_modules'))
    .flatMap((name) => {
      const file = join(folder, name);
      const text = readFileSync(join(root, file), 'utf8');
      return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target = '']) => ({
        file,
        from: partOf(file),
        to: partOf(relative(root, join(root, dirname(file), target))),
      }));
    });
}

const imports = [...importsIn('service'), ...importsIn('infra')];
const told = (found: Import[]): string[] => found.map(({ file, to }) => `${file} imports ${to}`);

describe('imports go one way', () => {
  test.each(Object.entries(MAY_IMPORT))('%s', (part, allowed) => {
    expect(told(imports.filter(({ from, to }) => from === part && to !== part && !allowed.includes(to)))).toEqual([]);
  });

  test('each part that has rules is there', () => {
    const parts = new Set(imports.flatMap(({ from, to }) => [from, to]));
    expect(Object.keys(MAY_IMPORT).filter((part) => !parts.has(part))).toEqual([]);
  });

  test('the service knows nothing of the manifests', () => {
    expect(
      told(imports.filter(({ from, to }) => from.startsWith('service') && /^(infra|imports|test)/.test(to))),
    ).toEqual([]);
  });

  test('nobody imports the programs, but the local mode that starts the service', () => {
    const programs = ['service/main.ts', 'infra/main.ts', 'infra/program.ts'];
    expect(told(imports.filter(({ from, to }) => programs.includes(to) && from !== 'service/local'))).toEqual([]);
  });

  test('nothing that runs imports a test', () => {
    expect(told(imports.filter(({ to }) => to === 'test'))).toEqual([]);
  });
});

test('one construct makes pods: nobody else writes a securityContext or a container', () => {
  const files = (readdirSync(join(root, 'infra'), { recursive: true }) as string[])
    .filter((file) => /^(constructs|stacks)\/.*\.ts$/.test(file) && file !== 'constructs/pod.ts')
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
