export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  /** A number, or the name that the Service gives it. */
  readonly port: string;
  readonly scheme: 'http' | 'https';
}

/** What a Service is called where its API server is a proxy for it: by this name it is asked for, and a right names it so. */
export const nameBehindProxy = ({ name, port, scheme }: Omit<ServicePort, 'namespace'>): string =>
  `${scheme === 'https' ? 'https:' : ''}${name}:${port}`;
