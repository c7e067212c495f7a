import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { run } from '../../../service/cli/run.ts';

export interface Outcome {
  readonly code: number;
  /** Data. */
  readonly out: string;
  /** Words. */
  readonly err: string;
}

export interface Options {
  readonly url?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly program?: string;
  readonly signal?: AbortSignal;
  readonly openBrowser?: (url: string) => Promise<void>;
  readonly onWords?: (words: string) => void;
  readonly onData?: (data: string) => void;
}

/** One run of the command within the test's own process, with nothing of this machine's user in it. */
export async function mlp(args: readonly string[], options: Options = {}): Promise<Outcome> {
  const { url, env = {}, input = '', program = '/usr/bin/mlp', signal = new AbortController().signal } = options;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  if (options.onWords) stderr.on('data', (chunk) => options.onWords?.(String(chunk)));
  if (options.onData) stdout.on('data', (chunk) => options.onData?.(String(chunk)));
  const printed = Promise.all([text(stdout), text(stderr)]);
  const code = await run({
    argv: ['node', program, ...args],
    env: { MLP_CONFIG: '/nonexistent/mlp.json', ...(url && { MLP_SERVER: url }), ...env },
    platform: 'linux',
    home: '/nonexistent',
    stdin: Readable.from(input === '' ? [] : [input]),
    stdout,
    stderr,
    signal,
    ...(options.openBrowser && { openBrowser: options.openBrowser }),
  });
  stdout.end();
  stderr.end();
  const [out, err] = await printed;
  return { code, out, err };
}

/** A folder of the test's own. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlp-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
