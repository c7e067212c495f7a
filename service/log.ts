import { type DestinationStream, type Logger, pino } from 'pino';

/** JSON lines on stdout. No code hands it a secret; the redaction is for the case that some code does so by mistake. */
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
