import { type DestinationStream, type Logger, pino } from 'pino';

/** JSON lines on stdout. Nothing that carries a secret is ever handed to it; the redaction is the second lock on that door. */
export const createLog = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: { service: 'ml-platform' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['*.password', '*.token', '*.authorization', '*.headers', 'err.config', 'err.cause.headers'],
        remove: true,
      },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
