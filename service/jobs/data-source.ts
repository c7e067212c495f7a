import { CHANNEL_TYPES, type Channel } from './channel.ts';

type ChannelType = (typeof CHANNEL_TYPES)[number];

/** Object storage as the training container is told of it. */
interface DataSource {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** By what the data is for; empty text where there is no such channel. */
  readonly keys: Readonly<Record<ChannelType, string>>;
  readonly labelColumn: string;
  readonly featureNames: string;
  readonly csvColumns: string;
  readonly contentType: string;
}

/**
 * The container is told one endpoint, region and bucket: those of the training data. The other channels add their keys;
 * a channel of another bucket is told whole, as s3://bucket/key.
 */
export function dataSourceOf(channels: readonly Channel[]): DataSource {
  const train = channelFor('train', channels) ?? channels[0];
  const { bucket } = fileOf(train) === undefined ? locate(train) : { bucket: '' };
  const keys = CHANNEL_TYPES.map((type) => [
    type,
    keyIn(bucket, type === 'train' ? train : channelFor(type, channels)),
  ]);
  const first = (pick: (channel: Channel) => string | readonly string[] | undefined): string => {
    const value = [train, ...channels].map((channel) => channel && pick(channel)).find((given) => given !== undefined);
    return typeof value === 'string' ? value : (value ?? []).join(',');
  };
  const endpoint = endpointOf(train);
  return {
    endpoint,
    region: regionOf(endpoint),
    bucket,
    keys: Object.fromEntries(keys),
    labelColumn: first(({ labelName }) => labelName),
    featureNames: first(({ featureNames }) => featureNames),
    csvColumns: first(({ csvColumns }) => csvColumns),
    contentType: first(({ contentType }) => contentType),
  };
}

/** What a channel is for: its type, or the type that its name says, as older clients send no type. */
const channelFor = (type: ChannelType, channels: readonly Channel[]): Channel | undefined =>
  channels.find((channel) => channel.channelType === type) ??
  channels.find((channel) => channel.channelType === undefined && channel.channelName === type);

/** Clients send a bucket plain ("input") or as an address ("storage://input/raw"); what follows the bucket belongs to the key. */
function locate(channel: Channel | undefined): { bucket: string; key: string } {
  const address = (channel?.bucket ?? '').replace(/^[^/]*:\/\//, '').replace(/^\/+/, '');
  const [bucket = '', ...folders] = address.split('/');
  const folder = folders.filter((part) => part !== '').join('/');
  const prefix = (channel?.prefix ?? '').replace(/^\/+/, '');
  return { bucket, key: folder === '' ? prefix : `${folder}/${prefix}` };
}

/** A folder of the machine or of a volume has no bucket: its key is told whole. */
const fileOf = (channel: Channel | undefined): string | undefined =>
  channel?.bucket?.startsWith('file://')
    ? [channel.bucket.replace(/\/+$/, ''), channel.prefix?.replace(/^\/+/, '')].filter((part) => part).join('/')
    : undefined;

function keyIn(bucket: string, channel: Channel | undefined): string {
  const file = fileOf(channel);
  if (file !== undefined) return file;
  const own = locate(channel);
  return own.bucket === '' || own.bucket === bucket ? own.key : `s3://${own.bucket}/${own.key}`;
}

function endpointOf(channel: Channel | undefined): string {
  if (channel?.endpoint !== undefined) return channel.endpoint;
  if (channel?.storageProvider === 'aws') return 'https://s3.amazonaws.com';
  if (channel?.storageProvider === 'gcs') return 'https://storage.googleapis.com';
  return '';
}

/** Amazon writes the region into the host name; MinIO and others take this default. */
function regionOf(endpoint: string): string {
  return /(?:^|\.|\/)s3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/.exec(endpoint)?.[1] ?? 'us-east-1';
}
