import { type LiveConnection, useLive } from '../api/live.tsx';

const LOOKS: Record<LiveConnection['state'], { label: string; dot: string }> = {
  live: { label: 'Live', dot: 'bg-succeeded' },
  connecting: { label: 'Connecting', dot: 'bg-pending animate-pulse' },
  lost: { label: 'Offline', dot: 'bg-failed' },
};

/** Whether changes reach the page as they happen. */
export function LiveDot() {
  const { label, dot } = LOOKS[useLive().connection.state];
  return (
    <span className="mr-1 inline-flex items-center gap-1.5 px-1 text-xs text-ink-soft">
      <span aria-hidden className={`size-2 rounded-full ${dot}`} />
      <span>{label}</span>
    </span>
  );
}
