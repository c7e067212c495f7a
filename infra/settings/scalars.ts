// The smallest pieces of every stack's settings. Checks are declarative (pattern, range, list), because they also
// become the JSON Schema of the Helm chart; a pattern's message says what is allowed. Patterns keep to what Go's RE2
// knows (no look-around), for Helm checks with it.
import { z } from 'zod';
import { DURATION_UNITS } from '../../service/contract.ts';
import { orNumber } from '../data/numbers-as-text.ts';
import { wholeNumbers } from './whole-numbers.ts';

// Lengths are bounded beside the pattern: a counted repetition is written out by Go's regular expressions, and Helm
// compiles every one of them each time that it renders.
/** At most so many characters, unless it is said. */
const MAX_LENGTH = 253;

export const text = (pattern: string, allowed: string, most = MAX_LENGTH) =>
  z
    .string()
    .regex(new RegExp(`^(?:${pattern})$`), allowed)
    .max(most, allowed);

/** As `text`, or empty for "none". */
export const optionalText = (pattern: string, allowed: string, most = MAX_LENGTH) =>
  z
    .string()
    .regex(new RegExp(`^(?:${pattern})?$`), `${allowed}, or empty`)
    .max(most, allowed);

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const name = `${label}(\\.${label})*`;
const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const registryHostName = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const repositoryPart = '[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*';
const registry = `${registryHostName}(:[1-9][0-9]{1,4})?(/${repositoryPart})*`;

export const patterns = { label, name, registry } as const;

const labelHelp = 'a DNS label: lower-case letters, digits and dashes, at most 63';
const nameHelp = 'a Kubernetes name: lower-case letters, digits, dashes and dots';
const fullHostName = `(${label}\\.)+[a-z]([-a-z0-9]*[a-z0-9])?`;
const hostNameHelp = 'a host name such as ml.example.com';
const ingressHostHelp = 'a host name such as ml.example.com or *.example.com';
const registryHelp = 'a registry host with optional port and path, such as registry.example.com:5000/team';

export const dnsLabel = () => text(label, labelHelp, 63);
export const optionalDnsLabel = () => optionalText(label, labelHelp, 63);
/** With it the longest name of ours, of a CronJob (at most 52), stays a name. */
export const namePrefix = () =>
  optionalText(
    '[a-z]([-a-z0-9]{0,22}[a-z0-9])?-',
    'lower-case letters and digits, at most 25 with the dash at the end',
  );
export const objectName = () => text(name, nameHelp);
export const optionalName = () => optionalText(name, nameHelp);
export const hostName = () => text(fullHostName, hostNameHelp);
/** A star stands for one label, as the API server takes it for an Ingress. */
export const ingressHost = () => text(`(\\*\\.)?${fullHostName}`, ingressHostHelp);
export const optionalHostName = () => optionalText(fullHostName, hostNameHelp);
export const optionalAddress = () => optionalText(`${octet}(\\.${octet}){3}`, 'an IPv4 address');
export const mailAddress = () => text('[-+._a-zA-Z0-9]+@[-.a-zA-Z0-9]+', 'an e-mail address such as ml@example.com');
const secretKeyHelp = 'a key of a Secret: letters, digits, dashes, dots, underscores';
/** cdk8s takes a map with the key constructor for no plain data. */
export const secretKey = () =>
  text('[-._a-zA-Z0-9]+', secretKeyHelp).refine((key) => key !== 'constructor', secretKeyHelp);
export const registryHost = () => optionalText(registry, registryHelp);
export const imageRepository = () =>
  text(`${repositoryPart}(/${repositoryPart})*`, 'an image repository such as team/name');
const tag = '[a-zA-Z0-9_][-.a-zA-Z0-9_]*';
export const fixedTag = () => text(tag, 'an image tag', 128);
/** Empty: the tag of all images. */
export const imageTag = () => optionalText(tag, 'an image tag', 128);
export const optionalImageReference = () =>
  optionalText(`${registry}(:${tag})?(@sha256:[a-f0-9]{64})?`, 'an image such as registry.example.com/team/trainer:v1');
export const imageDigest = () => optionalText('sha256:[a-f0-9]{64}', 'a digest: sha256: and 64 hexadecimal digits');
/** Kubernetes knows thousandths, and nothing smaller. */
export const cpu = () =>
  orNumber(
    text('[1-9][0-9]{0,5}m|[1-9][0-9]{0,3}(\\.[0-9]{1,3})?|0\\.[0-9]{0,2}[1-9]0{0,2}', 'CPUs such as 500m, 0.5 or 2'),
    { minimum: 0.001, maximum: 9999.999, multipleOf: 0.001 },
  );
export const bytes = () =>
  orNumber(
    text(
      '[1-9][0-9]{0,5}(\\.[0-9]{1,2})?(Ki|Mi|Gi|Ti|k|M|G|T)|[1-9][0-9]{5,14}',
      'an amount such as 512Mi, 1.5Gi or 10G',
    ),
    { minimum: 100_000, maximum: 999_999_999_999_999, multipleOf: 1 },
  );

/** From `least` to `most`, in any unit: the pattern has the range of each. */
export const duration = ({ least, most }: { least: string; most: string }) => {
  const [from, to] = [milliseconds(least), milliseconds(most)];
  const ranges = Object.entries(DURATION_UNITS).flatMap(([unit, length]) => {
    const [fewest, greatest] = [Math.ceil(from / length), Math.floor(to / length)];
    return fewest <= greatest ? [`(${wholeNumbers(fewest, greatest)})${unit}`] : [];
  });
  return text(ranges.join('|'), `a duration from ${least} to ${most}, such as 500ms, 30s or 5m`);
};

function milliseconds(duration: string): number {
  const unit = Object.entries(DURATION_UNITS).find(([name]) => duration === `${Number.parseInt(duration, 10)}${name}`);
  if (!unit) throw new Error(`${duration} is no duration`);
  return Number.parseInt(duration, 10) * unit[1];
}

const hex = '[0-9a-f]{1,4}';
/** Two colons stand for as many zeros as are missing. */
const ipv6 = [
  `(${hex}:){7}${hex}`,
  ...[1, 2, 3, 4, 5, 6].map((before) => `(${hex}:){1,${before}}(:${hex}){1,${7 - before}}`),
  `(${hex}:){1,7}:`,
  `:((:${hex}){1,7}|:)`,
].join('|');

export const cidr = () =>
  text(
    `${octet}(\\.${octet}){3}/(3[0-2]|[12]?[0-9])|(${ipv6})/(12[0-8]|1[01][0-9]|[1-9]?[0-9])`,
    'an address range such as 10.0.0.0/8 or fd00::/8',
  );
export const port = () => z.int().min(1).max(65_535);
export const nodePort = () => z.int().min(30_000).max(32_767);
/** The last label begins with a letter: otherwise browsers take the whole for an IPv4 address. */
const host = `((${label}\\.)*[a-z]([-a-z0-9]*[a-z0-9])?|${octet}(\\.${octet}){3})`;
const portPart = '(:[1-9][0-9]{1,3}|:[1-5][0-9]{4})?';
const pathPart = '(/[-._~a-zA-Z0-9]+)*';

export const httpUrl = () => text(`https?://${host}${portPart}${pathPart}/?`, 'an http or https address');
export const optionalHttpUrl = () =>
  optionalText(`https?://${host}${portPart}${pathPart}/?`, 'an http or https address');
/** With places such as {id}, for the service to fill in; not in front of the first slash of the path unless whole labels. */
export const linkTemplate = () =>
  text(
    // An @ in front of the first slash would be a password in it.
    'https?://[a-zA-Z0-9][-.:_~?#!$&()*+,;=%{}a-zA-Z0-9]*(/[-.:_~/?#@!$&()*+,;=%{}a-zA-Z0-9]*)?',
    'an http or https address without a password, which may name {id} and the like',
    2000,
  );
export const origin = () => text(`https?://${host}${portPart}`, 'an origin such as https://ml.example.com');
export const httpsOrigin = () => text(`https://${host}${portPart}`, 'an https origin such as https://id.example.com');
export const optionalPath = () => optionalText('(/[-._~a-zA-Z0-9]+)+', 'a path such as /realms/ml');
export const timeZone = () =>
  text('UTC|[A-Z][-+_A-Za-z0-9]*(/[-+_A-Za-z0-9]+)+', 'a time zone such as UTC or Europe/Berlin', 64);
const qualified = `(${name}/)?[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?`;
export const labelKey = () => text(qualified, 'a label key such as team or example.com/team');
export const optionalClass = () => optionalText(qualified, 'a class such as service.k8s.aws/nlb');
export const labelValue = () => optionalText('[a-zA-Z0-9]([-._a-zA-Z0-9]*[a-zA-Z0-9])?', 'a label value', 63);
export const labels = () => z.record(labelKey(), labelValue());
export const annotations = () => z.record(labelKey(), z.string().max(4096));
