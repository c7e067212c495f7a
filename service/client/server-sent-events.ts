export interface Message {
  /** Where the stream stands after it. */
  readonly id: string | undefined;
  /** Empty for a message that only moves the place forward. Parsers made for EventSource drop those, with their ids. */
  readonly data: string;
}

/** Text in pieces, cut anywhere, to whole messages (https://html.spec.whatwg.org/#event-stream-interpretation). */
export const createMessageParser = (): ((text: string) => Message[]) => {
  let rest = '';
  let id: string | undefined;
  let data: string[] = [];
  return (text) => {
    const messages: Message[] = [];
    // A CR at the end may be the first half of a CRLF.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (line === '') {
        if (id !== undefined || data.length > 0) messages.push({ id, data: data.join('\n') });
        id = undefined;
        data = [];
      } else if (field === 'data') data.push(value);
      else if (field === 'id' && !value.includes('\0')) id = value;
    }
    return messages;
  };
};
