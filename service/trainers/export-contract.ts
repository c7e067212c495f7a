// npm run trainers:contract: writes what the training programs read of the job API's own schema.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ALGORITHMS, describeAlgorithms, environmentNameOf } from '../jobs/index.ts';

export const CONTRACT_FILE = join(import.meta.dirname, 'mlplatform', 'algorithms.json');

/** The text of that file, a line a field: what GET /algorithms answers, and the variable that tells each field. */
export function trainersContract(): string {
  const algorithms = describeAlgorithms().map(({ name, needsGpus, fields }, index) => {
    const lines = fields.map(({ help: _, ...field }) =>
      JSON.stringify({ ...field, variable: environmentNameOf(field.name, ALGORITHMS[index]) }),
    );
    const opening = `{"name": ${JSON.stringify(name)}, "needsGpus": ${needsGpus}, "fields": [`;
    return `  ${opening}\n    ${lines.join(',\n    ')}\n  ]}`;
  });
  return `{"algorithms": [\n${algorithms.join(',\n')}\n]}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(CONTRACT_FILE, trainersContract());
  console.log(`wrote ${CONTRACT_FILE}`);
}
