// `node /app/probe.js --url=http://...`: the probe as a program of the backend's image, for `helm test` and by hand.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { PROBE } from '../contract.ts';
import { type Ask, ProbeFailure, probe, probeRefusal } from './probe.ts';

/** Named as commander derives it from the flags of the contract. */
interface Flags {
  readonly url: string;
  readonly image: string;
  readonly namespace: string;
  readonly timeoutSeconds: number;
  readonly tokenFile?: string;
  readonly expectRefusal?: boolean;
}

const command = new Command('node probe.js')
  .description('Submits a job that does next to nothing and waits until it has succeeded in a member cluster.')
  .requiredOption(`${PROBE.url} <address>`, 'of the job API, such as http://ml-platform-backend:8080')
  .requiredOption(`${PROBE.image} <reference>`, 'image with a shell, which the member clusters can pull')
  .option(`${PROBE.namespace} <name>`, 'of the job in its member cluster', 'default')
  .option(`${PROBE.timeout} <n>`, 'for all of it', seconds, 240)
  .option(`${PROBE.tokenFile} <file>`, 'token of a caller who may submit jobs in that namespace')
  .option(PROBE.expectRefusal, 'submit nothing: check that the service is ready and refuses callers without a token');

/** One request; the deadline of the whole probe is longer. */
const REQUEST_TIMEOUT_MS = 15_000;

async function main(): Promise<void> {
  const { expectRefusal, image, namespace, timeoutSeconds, tokenFile, url } = command.parse().opts<Flags>();
  const run = expectRefusal ? probeRefusal : probe;
  const options = { image, namespace, timeoutMs: timeoutSeconds * 1_000 };
  console.log(await run(overHttp(url, tokenFile), options, (line) => console.log(line)));
}

function seconds(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a number of seconds, from 1 to 99999');
}

function overHttp(url: string, tokenFile: string | undefined): Ask {
  if (!URL.canParse(url)) throw new ProbeFailure(`${PROBE.url} must be an address such as http://localhost:8080`);
  const token = tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim();
  // The same for every try, so that an answer that was lost makes no second job.
  const key = randomUUID();
  return async (method, path, body) => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return { status: answer.status, text: await answer.text() };
  };
}

try {
  await main();
} catch (error) {
  // What an operator can mend is said in a line; for anything else the stack is needed.
  const { code } = error as NodeJS.ErrnoException;
  console.error(error instanceof ProbeFailure || code !== undefined ? `probe: ${(error as Error).message}` : error);
  process.exitCode = 1;
}
