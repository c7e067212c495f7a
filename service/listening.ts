/**
 * What a server is told of the address to listen on. `::` is every address of either family; said so, Node.js fails where the
 * machine has no IPv6, and left out, it takes what there is.
 */
export const addressToListenOn = (host: string): string | undefined => (host === '::' ? undefined : host);
