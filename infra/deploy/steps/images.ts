import { resolve } from 'node:path';
import { runChild } from '../child.ts';
import { StepFailure } from '../failure.ts';
import { type Deployment, forPlatform, type Step } from '../step.ts';

const root = resolve(import.meta.dirname, '../../..');
/** Of a build that failed the end says why. */
const SHOWN_LINES = 15;

/** The two images of ml-platform, by `npm run build:images`. */
export const build: Step = {
  title: 'Build',
  skipped({ flags, ...deployment }) {
    if (!flags.buildImages) return 'BUILD_IMAGES is not yes';
    if (flags.pushImages && severalPlatforms()) return 'several platforms are built and pushed at once';
    return forPlatform({ flags, ...deployment });
  },
  run: (deployment, say) => runImages(deployment, [], say),
};

/** What was built just now, or without BUILD_IMAGES what this machine has under that name. */
export const push: Step = {
  title: 'Push',
  skipped({ flags, ...deployment }) {
    return flags.pushImages ? forPlatform({ flags, ...deployment }) : 'PUSH_IMAGES is not yes';
  },
  run({ flags, ...deployment }, say) {
    const atOnce = flags.buildImages && severalPlatforms();
    return runImages({ flags, ...deployment }, atOnce ? ['--push'] : ['--no-build', '--push'], say);
  },
};

const severalPlatforms = (): boolean => (process.env.PLATFORMS ?? '').includes(',');

async function runImages({ target }: Deployment, more: readonly string[], say: (text: string) => void) {
  const { registry, tag } = target.planned.settings.images;
  const args = ['--import', 'tsx', 'infra/images/images.ts', '--version', tag, '--registry', registry, ...more];
  const { code, err, out } = await runChild(process.execPath, args, { cwd: root, say, signal: target.signal });
  if (code === 0)
    return out
      .split('\n')
      .filter((line) => /^(built|pushed) /.test(line))
      .join(', ');
  const said = `${out}\n${err}`.trim().split('\n');
  throw new StepFailure(`npm run build:images failed:\n${said.slice(-SHOWN_LINES).join('\n')}`);
}
