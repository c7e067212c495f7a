import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

// npm run build:cli: the command line as one file that needs nothing but Node, and the package around it. `npx` runs the
// package; the file alone runs, too, from wherever it is put, and as kubectl-mlp is a plugin of kubectl.

const root = resolve(import.meta.dirname, '../..');

const FILE = 'mlp.js';

export async function buildCli(out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { version, license, engines, repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await build({
    absWorkingDir: root,
    entryPoints: ['service/cli/main.ts'],
    outfile: join(out, FILE),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // Read and compiled at each start.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    define: { MLP_VERSION: JSON.stringify(version) },
    // commander and yaml are CommonJS and ask for Node's own modules through require.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  chmodSync(join(out, FILE), 0o755);
  const manifest = {
    name: '@ml-platform/cli',
    version,
    description: 'The ML platform from a terminal: submit training jobs, watch them, understand them, stop them.',
    license,
    type: 'module',
    // All the same file, so that npx need not be told which.
    bin: { mlp: FILE, 'kubectl-mlp': FILE, 'kubectl_complete-mlp': FILE },
    files: [FILE],
    engines,
    repository,
  };
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(root, 'service/cli/PACKAGE.md'), join(out, 'README.md'));
  copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
}

if (import.meta.filename === process.argv[1]) await buildCli(resolve(process.argv[2] ?? 'dist/cli'));
