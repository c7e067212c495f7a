import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Python } from '../trainers/environment.ts';
import { ENGINE_NAMES, ENGINES, type Engine, engineOf } from '../trainers/packages.ts';

// What stands behind --trainers of `npm start`.

export interface TrainersChoice {
  /** Made while all else starts, and not when a job asks. */
  readonly upFront: readonly Engine[];
  /** A Python of the user's own, which has packages already. */
  readonly own: string | undefined;
}

const FLAG = /^--trainers(?:=(.*))?$/;

interface Chosen {
  /** undefined: jobs are to be simulated. */
  readonly choice: TrainersChoice | undefined;
  readonly mistakes: readonly string[];
  /** Arguments for the service. */
  readonly rest: readonly string[];
}

export function trainersChoice(args: readonly string[]): Chosen {
  const chosen = args.filter((argument) => FLAG.test(argument)).map((argument) => FLAG.exec(argument)?.[1] ?? '');
  const rest = args.filter((argument) => !FLAG.test(argument));
  if (chosen.length === 0) return { choice: undefined, mistakes: [], rest };
  const isPath = (value: string) => value.includes('/');
  const words = chosen.filter((value) => !isPath(value)).flatMap((value) => value.split(','));
  const named = words.filter((word) => word !== '').map((word) => ({ word, engines: enginesNamed(word) }));
  const names = ENGINE_NAMES.flatMap((engine) => ENGINES[engine].algorithms).join(', ');
  return {
    choice: { upFront: [...new Set(named.flatMap(({ engines }) => engines))], own: chosen.findLast(isPath) },
    mistakes: named
      .filter(({ engines }) => engines.length === 0)
      .map(({ word }) => `--trainers=${word}: all, the path of a Python, or some of ${names} may stand there`),
    rest,
  };
}

function enginesNamed(word: string): readonly Engine[] {
  if (word === 'all') return ENGINE_NAMES;
  const engine = engineOf(word);
  return engine ? [engine] : [];
}

const ASKED = `
import json, sys
from importlib.util import find_spec
has = {name: all(map(find_spec, modules)) for name, modules in json.loads(sys.argv[1]).items()}
print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "has": has}))`;

/** Which engines that Python can run by itself; or why it can run none. */
export async function enginesOf(python: string): Promise<Partial<Record<Engine, Python>> | string> {
  const modules = Object.fromEntries(ENGINE_NAMES.map((name) => [name, ENGINES[name].modules]));
  try {
    const { stdout } = await promisify(execFile)(python, ['-c', ASKED, JSON.stringify(modules)], { timeout: 60_000 });
    const { version, has } = JSON.parse(stdout) as { version: string; has: Record<Engine, boolean> };
    return Object.fromEntries(ENGINE_NAMES.filter((name) => has[name]).map((name) => [name, { python, version }]));
  } catch (error) {
    return `${python} of --trainers does not run as a Python: ${(error as Error).message.split('\n', 1)[0]}`;
  }
}
