// npm run deploy
import { deploy } from './deploy.ts';
import { untilInterrupted } from './interrupt.ts';
import { ownTerminal } from './terminal.ts';

process.exitCode = await deploy(process.argv.slice(2), ownTerminal(), untilInterrupted());
