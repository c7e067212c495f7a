import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

/** Where distributions, CI images and people put a Chromium; CHROMIUM_PATH wins. */
const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const MODULES = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules');
const CACHE = join(MODULES, '.cache');

/** Nothing that calls home, and no graphics card. */
const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--no-first-run',
  '--font-render-hinting=none',
];

interface TestBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** A Chromium of the machine, or the one that npm brought; a text that says why there is none. */
export const findChromium = async (): Promise<{ path: string; flags: readonly string[] } | string> => {
  const own = process.env.CHROMIUM_PATH;
  if (own) return existsSync(own) ? { path: own, flags: FLAGS } : `CHROMIUM_PATH names ${own}, which is not there`;
  const found = USUAL_PLACES.find((place) => existsSync(place));
  if (found) return { path: found, flags: FLAGS };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `no Chromium was found (set CHROMIUM_PATH), and @sparticuz/chromium runs on linux x64 only, not on ${process.platform} ${process.arch}`;
  }
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    return {
      path: await unpackOnce(() => packed.executablePath()),
      flags: [...packed.args.filter(isHarmless), ...FLAGS],
    };
  } catch (error) {
    return `no Chromium was found (set CHROMIUM_PATH), and the one from npm cannot be unpacked: ${(error as Error).message}`;
  }
};

/** It unpacks into the temporary folder and takes what lies there for whole, which it is not while another process unpacks. */
const unpackOnce = async (unpack: () => Promise<string>): Promise<string> => {
  // As a file: the package does not export it.
  const { version } = JSON.parse(readFileSync(join(MODULES, '@sparticuz/chromium/package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join(CACHE, `chromium-${version}`);
  if (!existsSync(folder)) {
    await mkdir(CACHE, { recursive: true });
    const part = await mkdtemp(`${folder}.`);
    const before = process.env.TMPDIR;
    process.env.TMPDIR = part;
    await unpack().finally(() => {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    });
    // Another process may have been first; then ours is not needed.
    await rename(part, folder).catch(() => rm(part, { recursive: true }));
  }
  return join(folder, 'chromium');
};

/** Its defaults are those of a serverless function; a page is to be tested as people run it. */
const isHarmless = (flag: string): boolean =>
  ['--no-zygote', '--single-process', '--disable-web-security', '--headless'].every(
    (unwanted) => !flag.startsWith(unwanted),
  );

export const launchBrowser = async (chromiumAt: { path: string; flags: readonly string[] }): Promise<TestBrowser> => {
  const home = await mkdtemp(join(tmpdir(), 'ml-platform-browser-'));
  const root = process.getuid?.() === 0;
  const browser = await chromium.launch({
    executablePath: chromiumAt.path,
    args: [...chromiumAt.flags, ...(root ? ['--no-sandbox'] : [])],
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      await rm(home, { recursive: true, force: true });
    },
  };
};
