/** A file that a job left. */
export interface OutputFile {
  /** Below the job's folder, such as model/model.ubj. */
  readonly name: string;
  readonly sizeBytes: number;
}

export interface OutputContent {
  /** null: it is told by its end alone. */
  readonly sizeBytes: number | null;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The folder of one job, where this service can read it. */
export interface Shelf {
  list(signal: AbortSignal): Promise<{ readonly files: readonly OutputFile[]; readonly isCut: boolean }>;
  /** undefined: there is no such file. */
  open(name: string, signal: AbortSignal): Promise<OutputContent | undefined>;
}

/** The rest is not listed, and is there all the same. */
export const MAX_FILES = 1_000;
