import { execFile } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { platform } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Tells a process from a later one that got the same pid: its start time. undefined when there is none (or it is a zombie). */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  if (platform() === 'linux') {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // The command, in parentheses, may hold anything; the fields after the last one are regular: state first, start time 20th.
    const fields = line?.slice(line.lastIndexOf(')') + 2).split(' ');
    return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields?.[19];
  }
  const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  const [state = '', ...started] = stdout.trim().split(/\s+/);
  return state === '' || state.startsWith('Z') ? undefined : started.join(' ');
}

/** A server's working directory is its data directory; a pid alone may have been given to another program since. */
export async function isServerOf(pid: number, data: string): Promise<boolean> {
  if ((await startTimeOf(pid)) === undefined) return false;
  if (platform() === 'linux') {
    const [cwd, wanted] = await Promise.all([readlink(`/proc/${pid}/cwd`).catch(() => undefined), realpath(data)]);
    return cwd === wanted;
  }
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.includes('postgres') && stdout.includes(data);
}

async function hasEnded(pid: number, startTime: string, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while ((await startTimeOf(pid)) === startTime) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Fast shutdown (sessions are cut, data is written), then immediate, then none. */
export async function endServer(pid: number): Promise<void> {
  const startTime = await startTimeOf(pid);
  if (startTime === undefined) return;
  for (const [signal, patienceMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    try {
      process.kill(pid, signal);
      // One that was stopped (Ctrl-Z, a debugger) would not see the signal.
      process.kill(pid, 'SIGCONT');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    if (await hasEnded(pid, startTime, patienceMs)) return;
  }
  throw new Error(`PostgreSQL (process ${pid}) does not end, not even by SIGKILL`);
}
