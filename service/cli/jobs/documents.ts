import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { wrongUse } from '../failures.ts';
import type { Terminal } from '../terminal.ts';

export interface Document {
  /** For messages: the file, and which document of it where there are several. */
  readonly place: string;
  readonly content: Record<string, unknown>;
}

/** What a file says, YAML or JSON; "-" is the standard input. */
export const readDocuments = async (file: string, terminal: Terminal): Promise<Document[]> => {
  const name = file === '-' ? 'standard input' : file;
  const source = await read(file, terminal).catch((error: NodeJS.ErrnoException) => {
    throw wrongUse(`${name} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`);
  });
  const { parseAllDocuments } = await import('yaml');
  // Editors on Windows begin a file with a mark of its byte order.
  const documents = parseAllDocuments(source.replace(/^\uFEFF/, ''), { prettyErrors: true });
  if (!Array.isArray(documents)) throw wrongUse(`${name} is empty`);
  const found = documents.map((document, index) => {
    const place = documents.length > 1 ? `${name}, document ${index + 1}` : name;
    const [error] = document.errors;
    if (error) throw wrongUse(`${place} is neither YAML nor JSON: ${error.message.split('\n')[0]}`);
    return { place, content: document.toJS({ maxAliasCount: 100 }) as unknown };
  });
  return found
    .filter(({ content }) => content !== null)
    .map(({ place, content }) => {
      if (typeof content === 'object' && !Array.isArray(content))
        return { place, content: content as Document['content'] };
      throw wrongUse(`${place} is no job: it must be fields and their values`, 'For example jobName: first');
    });
};

const read = (file: string, { input }: Terminal): Promise<string> =>
  file === '-' ? text(input) : readFile(file, 'utf8');
