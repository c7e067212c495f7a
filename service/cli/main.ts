import { homedir } from 'node:os';
import { EXIT } from './exit-codes.ts';
import { run } from './run.ts';

// mlp: the job API from a terminal. Also as a plugin of kubectl, by its other name.

const { argv, env, platform, stdin, stdout, stderr } = process;

// Whoever reads us has had enough ("mlp list | head"): no fault, and nothing more to do.
stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? EXIT.ok : EXIT.unexpected));
stderr.on('error', () => process.exit(EXIT.unexpected));

const interrupted = new AbortController();
// Once: a second Ctrl-C ends it at once.
process.once('SIGINT', () => interrupted.abort());

const code = await run({ argv, env, platform, home: homedir(), stdin, stdout, stderr, signal: interrupted.signal });
// Connections that are kept open for a next request would keep the process for some seconds.
stdout.write('', () => stderr.write('', () => process.exit(code)));
