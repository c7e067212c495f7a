import { own, type Subject, title } from '../subjects.ts';

/** NodePorts that the stack opens, with the Service of each. */
export function nodePorts(subject: Subject): { port: number; service: string }[] {
  return own(subject)
    .filter(({ kind }) => kind === 'Service')
    .flatMap((service) => {
      const { ports } = service.spec as { ports: { nodePort?: number }[] };
      return ports.flatMap(({ nodePort }) =>
        nodePort === undefined ? [] : [{ port: nodePort, service: title(service) }],
      );
    });
}

export function nodePortsAreFree(subject: Subject): string[] {
  const ports = nodePorts(subject);
  return [
    ...ports
      .filter(({ port }) => port < 30_000 || port > 32_767)
      .map(({ port, service }) => `${service}: NodePort ${port} is not in 30000-32767`),
    ...ports
      .filter(({ port }, index) => ports.findIndex((other) => other.port === port) !== index)
      .map(({ port, service }) => `${service}: NodePort ${port} is taken by another Service`),
  ];
}
