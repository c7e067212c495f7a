// In the place of helm: writes down what it was asked for. Of JavaScript, since it is started without a loader of TypeScript.
import { appendFileSync, readFileSync } from 'node:fs';

const [, , log, version, ...args] = process.argv;
if (args[0] === 'version') console.log(version);
if (args[0] === 'upgrade') {
  const values = JSON.parse(readFileSync(0, 'utf8'));
  appendFileSync(log, `${JSON.stringify({ args, values })}\n`);
}
