// The backend as one file without its sources' dependencies around it: of the 107 MB that `npm ci --omit=dev` installs
// (65 MB of them @kubernetes/client-node's generated clients) a few MB are ever loaded.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');

/** Files that our code reads beside itself (SQL) keep their place below the bundle, so each module keeps its own address. */
const keepOwnAddress: Plugin = {
  name: 'keep-own-address',
  setup(context) {
    context.onLoad({ filter: /[\\/]service[\\/].*\.ts$/ }, ({ path }) => {
      const own = `./${relative(root, path).split(sep).join('/')}`;
      const address = `new URL(${JSON.stringify(own)}, import.meta.url)`;
      const contents = readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', `${address}.href`)
        .replaceAll('import.meta.dirname', `${address}.pathname.replace(/\\/[^/]*$/, '')`);
      return { contents, loader: 'ts' };
    });
  },
};

/** SQL, and the page that shows the API's document. Page, client, command line and the laptop's simulation are no part of the image. */
function filesReadAtRunTime(): string[] {
  return readdirSync(join(root, 'service'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(ts|tsx|md)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/^service[\\/](web|local|client|cli)[\\/]/.test(file));
}

/** CycloneDX list of the packages that really went into the bundle, for scanners that look for it in the image. */
function bill(metafile: Metafile): string {
  const packages = new Map<string, { name: string; version: string; license: string }>();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input);
    if (!found?.[1] || packages.has(found[1])) continue;
    const { name, version, license } = JSON.parse(readFileSync(join(root, found[1], 'package.json'), 'utf8'));
    packages.set(found[1], { name, version, license: typeof license === 'string' ? license : 'NOASSERTION' });
  }
  const components = [...packages.values()]
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
    .map(({ name, version, license }) => ({
      type: 'library',
      name,
      version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      licenses: [{ license: { name: license } }],
    }));
  return `${JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components }, null, 2)}\n`;
}

export async function bundle(out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      main: 'service/main.ts',
      probe: 'service/probe/main.ts',
      operator: 'service/operator/main.ts',
      workdir: 'service/workdirs/main.ts',
    },
    outdir: out,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // Names and lines in stack traces stay ours, the sources themselves stay out of the image.
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    // Some dependencies are CommonJS and ask for Node's own modules through require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [keepOwnAddress],
    logLevel: 'warning',
  });
  for (const file of filesReadAtRunTime()) cpSync(join(root, file), join(out, file));
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(out, 'package.json'), `${JSON.stringify({ name, version, license, type: 'module' }, null, 2)}\n`);
  writeFileSync(join(out, 'sbom.cdx.json'), bill(metafile));
}

if (import.meta.filename === process.argv[1]) await bundle(resolve(process.argv[2] ?? 'dist/service'));
