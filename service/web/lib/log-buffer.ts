/** Colours and cursor moves of terminals: progress bars write them, a page cannot follow them. */
const TERMINAL_CODES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are made of
  /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[\u0000-\u0008\u000b-\u001f]/g;

/** In front of a line where several containers speak: "pod | " or "cluster/pod | ". */
const SPEAKER = /^((?:[a-z0-9][-a-z0-9.]*\/)?[a-z0-9][-a-z0-9.]*) \| /;

/** Beyond this the oldest lines go: a browser must survive a job that prints for days. */
const MAX_LINES = 100_000;
/** One by one would move all others each time. */
const DROPPED_AT_ONCE = 1000;

export interface LogLine {
  readonly number: number;
  /** The pod that wrote it; empty where only one speaks. */
  readonly pod: string;
  /** As it was written in the log; empty where nobody knows. */
  readonly at: string;
  readonly text: string;
}

interface LogReader {
  readonly lines: readonly LogLine[];
  add(line: string, at: string | null): void;
}

/**
 * Lines as a page shows them; one that a program rewrites with \r keeps its last form. `mark` is what all names of the
 * job's pods contain: without it "step | loss" of a training's own table would count as a pod.
 */
export const createLogReader = (mark: string): LogReader => {
  const lines: LogLine[] = [];
  let count = 0;
  return {
    lines,
    add(line, at) {
      const speaker = SPEAKER.exec(line);
      const pod = speaker?.[1]?.includes(mark) ? speaker[1] : '';
      const text = pod === '' ? line : line.slice(pod.length + ' | '.length);
      count += 1;
      lines.push({ number: count, pod, at: at ?? '', text: cleanText(text) });
      if (lines.length > MAX_LINES + DROPPED_AT_ONCE) lines.splice(0, DROPPED_AT_ONCE);
    },
  };
};

const cleanText = (line: string): string => {
  const text = line.replace(/\r+$/, '');
  return text.slice(text.lastIndexOf('\r') + 1).replace(TERMINAL_CODES, '');
};

/** The end of a pod's name tells the pods of one job apart: "head", "worker-f04c0", "driver" for the one that submits to Ray. */
export const shortPodName = (pod: string): string => {
  const cluster = pod.includes('/') ? `${pod.slice(0, pod.indexOf('/'))}/` : '';
  const end = pod.replace(/^.*-[0-9a-f]{8}-/, '');
  const rayNode = /(?:^|-)(head|worker)(-[a-z0-9]+)?$/.exec(end);
  if (rayNode) return `${cluster}${rayNode[1]}${rayNode[2] ?? ''}`;
  return `${cluster}${/^[a-z0-9]{5}$/.test(end) ? 'driver' : end}`;
};
