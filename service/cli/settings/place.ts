import { posix, win32 } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where programs of this system keep what their user has told them. MLP_CONFIG names another file. */
export const settingsFile = (platform: NodeJS.Platform, env: Environment, home: string): string => {
  if (env.MLP_CONFIG) return env.MLP_CONFIG;
  if (platform === 'win32')
    return win32.join(env.APPDATA || win32.join(home, 'AppData', 'Roaming'), 'mlp', 'config.json');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'mlp', 'config.json');
  // https://specifications.freedesktop.org/basedir-spec: a path that is not absolute is to be ignored.
  const base =
    env.XDG_CONFIG_HOME && posix.isAbsolute(env.XDG_CONFIG_HOME) ? env.XDG_CONFIG_HOME : posix.join(home, '.config');
  return posix.join(base, 'mlp', 'config.json');
};
