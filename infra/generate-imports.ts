// `npm run imports`: the typed classes in imports/ from the CRD files in imports/crds (listed in cdk8s.yaml).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(repository, 'imports');
const cli = join(repository, 'node_modules/cdk8s-cli/bin/cdk8s');

/** cdk8s writes for CommonJS; as an ES module, names that are types only must be imported as such. */
function asEsModule(source: string): string {
  return source
    .replace(
      "import { ApiObject, ApiObjectMetadata, GroupVersionKind } from 'cdk8s';",
      "import { ApiObject, type ApiObjectMetadata, type GroupVersionKind } from 'cdk8s';",
    )
    .replace("import { Construct } from 'constructs';", "import type { Construct } from 'constructs';");
}

const generated = mkdtempSync(join(tmpdir(), 'imports-'));
try {
  execFileSync(process.execPath, [cli, 'import', '--output', generated, '--save=false', '--check-upgrade=false'], {
    cwd: repository,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const files = readdirSync(generated);
  for (const stale of readdirSync(target).filter((name) => name.endsWith('.ts') && !files.includes(name))) {
    rmSync(join(target, stale));
  }
  for (const name of files) writeFileSync(join(target, name), asEsModule(readFileSync(join(generated, name), 'utf8')));
  console.log(`imports: ${files.join(', ')}`);
} finally {
  rmSync(generated, { recursive: true, force: true });
}
