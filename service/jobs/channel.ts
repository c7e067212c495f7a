import { z } from 'zod';
import { listOf } from './list.ts';
import { MAX_COLUMNS } from './raw.ts';
import { endpoint, printable, storagePath, storageUri } from './text.ts';

export const CHANNEL_TYPES = ['train', 'validation', 'test'] as const;

const columnName = () =>
  printable(256).refine((name) => !name.includes(','), 'must not contain a comma: columns are told as one list');

/** Clients send a list, or the text of a form field with commas in it. */
const columns = (help: string) =>
  z
    .union([printable(16_384), listOf(columnName(), MAX_COLUMNS)])
    .optional()
    .describe(help);

/** One source of data, as clients send it. What is told to the container of it stands in environment.ts. */
export const CHANNEL_SCHEMA = z.object({
  id: printable(128).optional().describe("The client's own name for this entry."),
  channelName: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/, 'must be letters, digits, "-", "_" and "."')
    .describe("train, validation, test, or a name of one's own."),
  sourceType: z.enum(['object-storage', 'upload']).default('object-storage').describe('Where the data is.'),
  storageProvider: z.enum(['aws', 'minio', 'gcs', 'azure', 'custom']).optional().describe('Who keeps the data.'),
  endpoint: endpoint().optional().describe('Address of the object storage; not needed for aws and gcs.'),
  bucket: storageUri().optional().describe('Bucket, plain or as scheme://bucket.'),
  prefix: storagePath().optional().describe('Key or folder within the bucket.'),
  channelType: z.enum(CHANNEL_TYPES).optional().describe('What the data is for; by default what channelName says.'),
  contentType: printable(128).optional().describe('For example text/csv or application/x-parquet.'),
  csvColumns: columns('Names of the columns of a CSV file without a header.'),
  featureNames: columns('Columns to learn from.'),
  labelName: printable(256).optional().describe('Column to predict.'),
});

export type Channel = z.output<typeof CHANNEL_SCHEMA>;
