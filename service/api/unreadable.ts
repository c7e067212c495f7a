import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { PROBLEM_TYPE, Problem, problemBody } from './problem.ts';

/** What node's HTTP parser refuses never becomes a request; it is answered all the same as any other refusal. */
export function answerUnreadable(log: Logger, error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem = problemOf(error.code);
  const requestId = randomUUID();
  const body = problemBody(problem, requestId);
  log.info({ requestId, code: error.code, status: problem.status }, 'Unreadable request');
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `Content-Type: ${PROBLEM_TYPE}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function problemOf(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, 'Address and headers together are longer than 16 KiB');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem(413, 'The extensions of a chunk are longer than 16 KiB');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'The request was not complete in time');
    default:
      return new Problem(400, 'This is not HTTP as RFC 9112 writes it');
  }
}
