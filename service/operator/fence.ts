import type { Kube } from '../kube/kube.ts';

/** Another replica may act by now: what was under way here ends without a further write. */
export class NotLeadingError extends Error {
  override readonly name = 'NotLeadingError';
}

/** The same server, but nothing is written unless `mayWrite` says so at that moment. */
export function fenced(kube: Kube, mayWrite: () => boolean): Kube {
  const guarded =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (!mayWrite()) throw new NotLeadingError('This replica does not lead, so nothing was written.');
      return write(...args);
    };
  return {
    ...kube,
    create: guarded(kube.create),
    apply: guarded(kube.apply),
    replace: guarded(kube.replace),
    patch: guarded(kube.patch),
    delete: guarded(kube.delete),
  };
}
