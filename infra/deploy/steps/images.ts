import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { type Deployment, forPlatform, type Step, StepFailure } from '../step.ts';

const root = resolve(import.meta.dirname, '../../..');
/** Of a build that failed the end says why. */
const SHOWN_LINES = 15;

/** The two images of ml-platform, by `npm run images`. */
export const images: Step = {
  title: 'Images',
  skipped({ flags, ...deployment }) {
    if (!flags.buildImages) return 'BUILD_IMAGES is not yes';
    return forPlatform({ flags, ...deployment });
  },
  async run(deployment, say) {
    const { code, lines } = await build(deployment, say);
    if (code !== 0) throw new StepFailure(`npm run images failed:\n${lines.slice(-SHOWN_LINES).join('\n')}`);
    return lines.filter((line) => /^(built|pushed) /.test(line)).join(', ');
  },
};

async function build({ flags, target }: Deployment, say: (text: string) => void) {
  const { registry, tag } = target.planned.settings.images;
  const args = ['--import', 'tsx', 'infra/images/images.ts', '--version', tag, '--registry', registry];
  const child = spawn(process.execPath, [...args, ...(flags.pushImages ? ['--push'] : [])], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      const said = chunk.toString().trimEnd().split('\n');
      lines.push(...said);
      say(said.at(-1) ?? '');
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, lines };
}
