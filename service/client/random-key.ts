/** Not crypto.randomUUID: browsers offer that only over HTTPS, and the page must work over plain HTTP inside a cluster. */
export const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
