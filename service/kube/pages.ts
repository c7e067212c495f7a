import { garbled } from './failures.ts';
import type { RequestOptions } from './kube.ts';
import type { Asked } from './server.ts';
import type { Call, Transport } from './transport.ts';

/** A collection read page by page, until the server names no next one. */
export async function* pagesOf<P extends { readonly next: string | undefined }>(
  transport: Transport,
  call: Call,
  read: (body: unknown, asked: Asked) => P,
  options: RequestOptions | undefined,
): AsyncGenerator<P, void, void> {
  // A version holds for the first page only; the token of the others carries it along.
  const { resourceVersion, ...further } = call.query ?? {};
  let next: string | undefined;
  do {
    const last = next;
    const query = next === undefined ? { ...further, resourceVersion } : { ...further, continue: next };
    const page = await transport.json({ ...call, query }, read, options);
    if (page === undefined) throw garbled(call, 'that a collection is not there');
    yield page;
    next = page.next;
    if (next !== undefined && next === last) throw garbled(call, 'the same page twice');
  } while (next !== undefined);
}
