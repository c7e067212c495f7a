// `npm run synth`, and the app of `npx cdk8s synth`. The program is in program.ts; it is required, not imported, for tsx
// answers each import of a TypeScript file from another thread, which for our hundred files (and the sixty of zod) takes
// a quarter of the whole run: 1.37 s of CPU against 1.05 s.
import { createRequire } from 'node:module';

createRequire(import.meta.url)('./program.ts');
