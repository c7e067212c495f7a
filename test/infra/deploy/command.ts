import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { deploy } from '../../../infra/deploy/deploy.ts';
import { destroy } from '../../../infra/deploy/destroy/destroy.ts';
import type { StoredObject } from '../../../service/local/kube/objects.ts';
import { typeOfKind } from '../../../service/local/kube/resources.ts';
import { program } from '../../program.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../simulation/cluster/simulated-cluster.ts';

const root = resolve(import.meta.dirname, '../../..');
export const NAMESPACE = 'ml-platform';

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface World {
  readonly management: SimulatedCluster;
  readonly karmada: SimulatedCluster;
  readonly folder: string;
  run(command: 'deploy' | 'destroy', args: readonly string[], options?: RunOptions): Promise<Said>;
  deploy(...args: string[]): Promise<Said>;
  /** `npm run deploy` as a process of its own. */
  spawned(args: readonly string[], started?: (pid: number) => void, more?: Record<string, string>): Promise<Said>;
  find(cluster: SimulatedCluster, apiVersion: string, kind: string, name: string): StoredObject | undefined;
  close(): Promise<void>;
}

interface RunOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Aborts when the user gives up. */
  readonly signal?: AbortSignal;
  /** Told each line as it is written. */
  said?(line: string): void;
}

const COMMANDS = { deploy, destroy };

/** A management cluster and a Karmada, both empty, and the commands as a user starts them. */
export async function startWorld(): Promise<World> {
  const [management, karmada] = await Promise.all([startSimulatedCluster(), startSimulatedCluster()]);
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  writeFileSync(join(folder, 'mgmt'), management.kubeconfig);
  writeFileSync(join(folder, 'karmada'), karmada.kubeconfig);
  management.wishes.lines.set('ml-platform-backend', ['{"msg":"Job monitor started - polling every 1 second"}']);
  management.wishes.proxied = () => ({ status: 200, body: '{"status":"ok"}' });

  const variables = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    MGMT_KUBECONFIG: join(folder, 'mgmt'),
    KARMADA_KUBECONFIG: join(folder, 'karmada'),
    KARMADA_SERVER: 'https://karmada.example.com:5443',
  };

  /** In this process: the same function that `npm run` starts, without the seconds that a new process takes. */
  async function run(command: keyof typeof COMMANDS, args: readonly string[], options: RunOptions = {}): Promise<Said> {
    let out = '';
    let err = '';
    const terminal = {
      isTTY: false,
      input: Readable.from([options.input ?? '']),
      write(line: string) {
        out += `${line}\n`;
        options.said?.(line);
      },
      complain(line: string) {
        err += `${line}\n`;
      },
    };
    const before = process.env;
    process.env = { ...variables, ...options.variables };
    try {
      return {
        code: await COMMANDS[command](args, terminal, options.signal ?? new AbortController().signal),
        out,
        err,
      };
    } finally {
      process.env = before;
    }
  }

  async function spawned(
    args: readonly string[],
    started?: (pid: number) => void,
    more: Record<string, string> = {},
  ): Promise<Said> {
    const child = spawn(process.execPath, [await program('infra/deploy/main.ts'), ...args], {
      cwd: root,
      env: { ...variables, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    if (child.pid !== undefined) started?.(child.pid);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out, err };
  }

  return {
    management,
    karmada,
    folder,
    run,
    spawned,
    deploy: (...args) => run('deploy', args),
    find({ registry }, apiVersion, kind, name) {
      const type = typeOfKind(registry.table, apiVersion, kind);
      if (!type) throw new Error(`${kind} is not simulated`);
      return registry.store.get(type, type.namespaced ? NAMESPACE : undefined, name);
    },
    async close() {
      await Promise.all([management.close(), karmada.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
