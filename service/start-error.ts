/** What whoever starts the service can mend: said in a line, without a stack. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}
