import { spawn } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

/** The program that opens an address in this person's browser, and what it is given before the address; null: nobody sits there. */
export const browserCommand = (platform: NodeJS.Platform, env: Environment): readonly [string, ...string[]] | null => {
  // The browser of the machine that one has come to from elsewhere is no use.
  if (env.SSH_CONNECTION) return null;
  if (platform === 'darwin') return ['open'];
  // Not "start": to the command line of Windows & in an address is the next command.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return null;
  return [env.BROWSER || 'xdg-open'];
};

/** Rejects when there is no such program, or when it says that it could not. */
export const openWith = ([program, ...before]: readonly [string, ...string[]], url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, [...before, url], { stdio: 'ignore', detached: true });
    child.once('error', reject);
    // Some go on as long as their window is open.
    child.once('exit', (code) => (code ? reject(new Error(`${program} ended with ${code}`)) : resolve()));
    child.unref();
  });
