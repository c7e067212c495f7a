import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SECRET } from '../../../service/local/kube/kinds.ts';
import { program } from '../../program.ts';
import { NAMESPACE, startWorld } from './command.ts';

const LOOK_EVERY_MS = 20;
const TOKENS =
  '- { name: ann, role: submitter, namespaces: ["*"], sha256: "4f5e8f3f2a1c9b7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d" }\n';

/** Command line and environment of every process below this one, as anybody on the machine (or of the same user) sees them. */
function processesBelow(root: number): string[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const [, parent] = /\) \S (\d+) /.exec(readOr(`/proc/${entry}/stat`)) ?? [];
    if (parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isBelow(parents.get(pid)));
  const below = [...parents.keys()].filter((pid) => isBelow(pid));
  return below.flatMap((pid) => [readOr(`/proc/${pid}/cmdline`), readOr(`/proc/${pid}/environ`)]);
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Every file below, what it holds; also those that are there only for a moment, as they come. */
function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readOr(join(entry.parentPath, entry.name)));
  } catch {
    return [];
  }
}

test
  .skipIf(process.platform !== 'linux')
  .each([['a whole deployment'], ['a preparation', '--only', 'prepare', '--values-file']])(
  '%s leaves no secret on disk, in a process list or in what it says',
  async (_, ...more) => {
    const command = await program('infra/deploy/main.ts');
    const world = await startWorld();
    try {
      const config = join(world.folder, 'own.yaml');
      const tokens = join(world.folder, 'tokens.yaml');
      const scratch = join(world.folder, 'scratch');
      mkdirSync(scratch);
      writeFileSync(config, 'extends: dev\nauth: { mode: tokens }\n');
      writeFileSync(tokens, TOKENS);
      const values = join(scratch, 'values.yaml');
      const args = ['--config', config, '--tokens-file', tokens, ...more, ...(more.length > 0 ? [values] : [])];
      const variables = { HOME: scratch, TMPDIR: scratch, XDG_CACHE_HOME: scratch };
      const seen = new Set<string>();
      let pid: number | undefined;
      let isOver = false;
      const deployed = world
        .spawned(
          args,
          (started) => {
            pid = started;
          },
          variables,
        )
        .finally(() => {
          isOver = true;
        });
      for (; !isOver; await sleep(LOOK_EVERY_MS)) {
        for (const text of [...(pid === undefined ? [] : processesBelow(pid)), ...filesBelow(scratch)]) seen.add(text);
      }
      const { code, err, out } = await deployed;
      expect(code, err).toBe(0);
      for (const text of [...filesBelow(scratch), out, err]) seen.add(text);
      const everything = [...seen].join('\n');
      // The command itself was looked at, and what it wrote.
      expect(everything).toContain(command);
      expect(existsSync(values)).toBe(more.length > 0);

      const secrets = world.management.registry.store
        .list(SECRET, NAMESPACE)
        .flatMap(({ data = {} }) => Object.values(data as Record<string, string>));
      expect(secrets.length).toBeGreaterThan(4);
      const known = secrets.flatMap((each) => [each, Buffer.from(each, 'base64').toString()]);
      for (const secret of [...known, 'the-token-of-the-administrator']) expect(everything).not.toContain(secret);
    } finally {
      await world.close();
    }
  },
  60_000,
);
