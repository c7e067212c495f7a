import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Member } from '../../../service/local/karmada/member.ts';
import { NAMESPACE, SERVICE } from '../../../service/local/kube/kinds.ts';
import { atEnd } from '../../concurrently.ts';

/** What answers behind the Service monitoring/prometheus:9090 of a member; the queries that it was asked. */
export async function behindService(
  member: Member,
  answer: (response: ServerResponse, query: string) => void,
): Promise<{ readonly queries: string[] }> {
  const queries: string[] = [];
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://localhost').searchParams.get('query') ?? '';
    queries.push(query);
    answer(response, query);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  addService(member, (server.address() as AddressInfo).port);
  return { queries };
}

export function addService({ server: { registry }, services }: Member, port: number): void {
  const [namespace, name] = ['monitoring', 'prometheus'];
  const metadata = { name: namespace };
  registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata }, { manager: 'test' });
  registry.create(SERVICE, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace } }, { manager: 'test' });
  services.set(`${name}.${namespace}.svc:9090`, port);
}
