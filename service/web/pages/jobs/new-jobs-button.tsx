import { ArrowUp } from 'lucide-react';
import { plural } from '../../lib/text.ts';
import { MAX_NEW } from './use-job-list.ts';

/** Announces what came in since the list was read; it is shown when asked for. Below the table's heading, which stays above. */
export function NewJobsButton({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div role="status" className="pointer-events-none sticky top-1 z-30 h-0">
      {count > 0 && (
        <button
          type="button"
          onClick={onShow}
          className="pointer-events-auto mx-auto flex translate-y-13 items-center gap-1.5 rounded-full bg-accent px-4 py-1.5 font-medium text-on-accent shadow-float hover:bg-accent-strong"
        >
          <ArrowUp aria-hidden className="size-4" />
          {count >= MAX_NEW ? `${MAX_NEW - 1}+ new jobs` : plural(count, 'new job')}
        </button>
      )}
    </div>
  );
}
