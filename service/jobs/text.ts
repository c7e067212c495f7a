import { z } from 'zod';

/** Control characters, line separators and broken surrogate pairs: no field of a request needs them, and PostgreSQL refuses some. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** registry[:port]/path[:tag][@digest], as container runtimes read it. */
const IMAGE =
  /^(?:[a-zA-Z0-9](?:[-a-zA-Z0-9.]*[a-zA-Z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][-.A-Za-z0-9_]{0,127})?(?:@sha256:[a-f0-9]{64})?$/;

export const printable = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .refine((text) => !UNPRINTABLE.test(text), 'must not contain control characters or line breaks');

export const dnsLabel = (maximum = 63) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .regex(DNS_LABEL, 'must be a DNS label: lower-case letters, digits and "-", with a letter or digit at both ends');

/** Names of objects that others made (PVC, Secret) may also have dots. */
export const dnsSubdomain = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
      'must be a Kubernetes name: lower-case letters, digits, "-" and ".", with a letter or digit at both ends',
    );

export const imageReference = () =>
  z.string().min(1).max(512).regex(IMAGE, 'must be a container image, for example registry.example.com/team/train:1.0');

export const environmentName = () =>
  z.string().min(1).max(64).regex(ENVIRONMENT_NAME, 'must be letters, digits and "_", not starting with a digit');

/** An object-storage service: host or http(s) URL; what stands in front of an "@" could be a password, so it is refused. */
export const endpoint = () =>
  printable(512).refine(isEndpoint, 'must be a host or an http(s):// URL without user, password, query or fragment');

function isEndpoint(text: string): boolean {
  if (!/^[A-Za-z0-9:/._~[\]%-]+$/.test(text)) return false;
  const address = text.includes('://') ? text : `https://${text}`;
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}

/** A path inside a bucket or volume. */
export const storagePath = (maximum = 1024) =>
  printable(maximum).refine((path) => !path.split('/').includes('..'), 'must not contain ".." as a part');

/** scheme://place/path or a plain path; never with a password in it. */
export const storageUri = () =>
  storagePath().refine((uri) => !/^[^/]*:\/\/[^/]*@/.test(uri), 'must not contain a user or password');

/** A zip file that is fetched, without a password in its address. */
export const workdirUri = () =>
  storageUri().refine(
    (uri) => /^(s3|https):\/\/[^/?#]+\/[^?#]+\.zip$/.test(uri),
    'must be a zip file, as s3://bucket/folder.zip or https://host/folder.zip',
  );
