// npm run destroy
import { untilInterrupted } from '../interrupt.ts';
import { ownTerminal } from '../terminal.ts';
import { destroy } from './destroy.ts';

process.exitCode = await destroy(process.argv.slice(2), ownTerminal(), untilInterrupted());
