import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chartsOf } from '../../../../infra/helm/chart.ts';
import { program } from './guestbook.ts';

const [folder = 'charts'] = process.argv.slice(2);
for (const { files, name } of chartsOf(program)) {
  for (const [path, text] of files) {
    const file = join(folder, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
