// `node /app/probe.js --url=http://...`: the probe as a program of the backend's image, for `helm test` and by hand.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PROBE } from '../contract.ts';
import { type Ask, ProbeFailure, probe, probeRefusal } from './probe.ts';

const HELP = `node probe.js ${PROBE.url}=<address of the job API> ${PROBE.image} <image> [options]

Submits a job that does next to nothing and waits until it has succeeded in a member cluster.

  ${PROBE.url} <address>          such as http://ml-platform-backend:8080
  ${PROBE.image} <reference>      image with a shell, which the member clusters can pull
  ${PROBE.namespace} <name>       of the job in its member cluster (default)
  ${PROBE.timeout} <n>    for all of it (240)
  ${PROBE.tokenFile} <file>      token of a caller who may submit jobs in that namespace
  ${PROBE.expectRefusal}         submit nothing: check that the service is ready and refuses callers without a token
`;

const TEXTS = [PROBE.url, PROBE.image, PROBE.namespace, PROBE.timeout, PROBE.tokenFile];
const SWITCHES = [PROBE.expectRefusal, '--help'];

/** One request; the deadline of the whole probe is longer. */
const REQUEST_TIMEOUT_MS = 15_000;

async function main(): Promise<void> {
  const values: Record<string, unknown> = parseArgs({
    options: Object.fromEntries([
      ...TEXTS.map((flag) => [flag.slice(2), { type: 'string' as const }]),
      ...SWITCHES.map((flag) => [flag.slice(2), { type: 'boolean' as const }]),
    ]),
  }).values;
  const given = (flag: string): string | undefined => {
    const value = values[flag.slice(2)];
    return typeof value === 'string' ? value : undefined;
  };
  if (values.help) {
    console.log(HELP);
    return;
  }
  const ask = overHttp(required(given(PROBE.url), PROBE.url), given(PROBE.tokenFile));
  const options = {
    image: required(given(PROBE.image), PROBE.image),
    namespace: given(PROBE.namespace) ?? 'default',
    timeoutMs: milliseconds(given(PROBE.timeout) ?? '240'),
  };
  const run = values[PROBE.expectRefusal.slice(2)] === true ? probeRefusal : probe;
  console.log(await run(ask, options, (line) => console.log(line)));
}

function required(value: string | undefined, flag: string): string {
  if (value) return value;
  throw new ProbeFailure(`${flag} is missing; --help tells the options`);
}

function milliseconds(seconds: string): number {
  if (/^[1-9]\d{0,4}$/.test(seconds)) return Number(seconds) * 1000;
  throw new ProbeFailure(`${PROBE.timeout} must be a number of seconds, from 1 to 99999`);
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
