import type { Workdir } from '../../client/index.ts';
import type { Cli } from '../cli.ts';
import { filesOf, inMegabytes } from './files.ts';
import { type Packed, pack } from './pack.ts';

/** All of it is in memory at once, and unpacked in each pod. */
const BOUNDS = { files: 10_000, bytes: 512 * 1024 * 1024 };

interface FolderToSend {
  /** What the job names. */
  readonly uri: string;
  /** Brings it to the object storage, unless the same is there. */
  send(): Promise<void>;
}

/** Looks at a folder and asks where it goes; nothing is sent yet. */
export async function prepareFolder(cli: Cli, folder: string, namespace: string): Promise<FolderToSend> {
  const { client } = await cli.connection();
  const { signal, terminal } = cli;
  const { files, leftOut } = await filesOf(folder, BOUNDS);
  for (const name of leftOut) {
    terminal.say(
      `${terminal.paint('Warning:', 'yellow')} ${name} is not sent: it is no file, or a link out of ${folder}`,
    );
  }
  const packed = await pack(files);
  const bytes = packed.content.length;
  const offer = await client.workdirs.offer({ namespace, sha256: packed.sha256, bytes }, { signal });
  return { uri: offer.uri, send: () => sendOnce(cli, folder, packed, offer.upload, files.length) };
}

const sendOnce = async (cli: Cli, folder: string, { content }: Packed, upload: Workdir['upload'], count: number) => {
  const what = `${folder}: ${count} ${count === 1 ? 'file' : 'files'}, ${inMegabytes(content.length)}`;
  if (upload === null) return cli.terminal.say(`${what}, sent before.`);
  const { client } = await cli.connection();
  await client.workdirs.send(upload, content, { signal: cli.signal });
  cli.terminal.say(`${what}, sent.`);
};
