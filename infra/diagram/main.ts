// npm run diagram: draws each stack, from the declarations that make its manifests, into docs/diagrams.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagrams } from './diagrams.ts';

const target = join(import.meta.dirname, '../../docs/diagrams');

mkdirSync(target, { recursive: true });
for (const [file, page] of diagrams()) {
  writeFileSync(join(target, file), page);
  console.log(`docs/diagrams/${file}`);
}
