import { CloudOff } from 'lucide-react';
import { useLive } from '../api/live.tsx';
import { Button } from './button.tsx';
import { Clock } from './time.tsx';

/** While the service cannot be reached, everything on the page is of the time that stands here. */
export function ConnectionBanner() {
  const { connection, retryNow } = useLive();
  const lost = connection.state === 'lost';
  return (
    <div role="status">
      {lost && (
        <div className="border-b border-line bg-pending-soft text-ink">
          <div className="mx-auto flex max-w-[100rem] flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 sm:px-6">
            <CloudOff aria-hidden className="size-4.5 shrink-0 text-pending" />
            <p className="min-w-0 flex-1">
              <strong className="font-semibold">The service cannot be reached.</strong>{' '}
              {connection.lastHeard && (
                <>
                  What you see is from <Clock at={connection.lastHeard} />.{' '}
                </>
              )}
              The page keeps trying and catches up by itself.
            </p>
            <Button onClick={retryNow}>Try now</Button>
          </div>
        </div>
      )}
    </div>
  );
}
