import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { buildWheel } from './wheel.ts';

// npm run build:client: the client as a package for npm, as ESM with its types and without a dependency; and the one for
// Python as a wheel.

const root = resolve(import.meta.dirname, '../..');

export async function buildClient(out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['service/client/index.ts'],
    outfile: join(out, 'index.js'),
    bundle: true,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    format: 'esm',
    logLevel: 'warning',
  });
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const settings = ['--declaration', '--emitDeclarationOnly', '--noEmit', 'false'];
  const language = [
    '--skipLibCheck',
    '--types',
    'node',
    '--target',
    'ES2023',
    '--module',
    'NodeNext',
    '--strict',
    '--allowImportingTsExtensions',
  ];
  const entry = join(root, 'service/client/index.ts');
  execFileSync(process.execPath, [compiler, entry, ...settings, ...language, '--outDir', join(out, 'types')], {
    cwd: root,
    stdio: 'inherit',
  });
  nameAsBuilt(join(out, 'types'));
  const { version, license, engines, repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const manifest = {
    name: '@ml-platform/client',
    version,
    description: 'A typed client of the ML platform: submit training jobs, follow their events and logs.',
    license,
    type: 'module',
    exports: { '.': { types: './types/index.d.ts', default: './index.js' } },
    files: ['index.js', 'types'],
    sideEffects: false,
    engines,
    repository,
  };
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(root, 'service/client/README.md'), join(out, 'README.md'));
  copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
}

/** The compiler leaves the names of sources in what it declares; there are none in the package. */
function nameAsBuilt(folder: string): void {
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/from '(\.\/[\w.-]+)\.ts'/g, "from '$1.js'"));
  }
}

if (import.meta.filename === process.argv[1]) {
  const out = resolve(process.argv[2] ?? 'dist/client');
  await buildClient(out);
  buildWheel(join(out, 'python'));
}
