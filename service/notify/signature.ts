import { createHmac } from 'node:crypto';

const BASE64_SECRET = /^whsec_([A-Za-z0-9+/]+=*)$/;
const MIN_SECRET_BYTES = 16;

/** The bytes of a secret file: whsec_<base64>, as the libraries of Standard Webhooks want it, or any other text as it stands. */
export function readSecret(text: string): Buffer {
  const trimmed = text.trim();
  const encoded = BASE64_SECRET.exec(trimmed)?.[1];
  const secret = Buffer.from(encoded ?? trimmed, encoded === undefined ? 'utf8' : 'base64');
  if (secret.length < MIN_SECRET_BYTES) {
    throw new Error(
      `the secret has ${secret.length} bytes, which is fewer than ${MIN_SECRET_BYTES}: openssl rand -base64 32`,
    );
  }
  return secret;
}

/**
 * The headers of Standard Webhooks (https://www.standardwebhooks.com): an id that stays the same when a message is sent again, the
 * time, so that an old message cannot be replayed, and an HMAC-SHA256 over both and the body.
 */
export function signedHeaders(id: string, body: string, secret: Buffer, at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
