/** The process's log: JSON lines in a file of the data folder, by pino, which is loaded with the first line. */
import type { Logger } from '../runtime/process/logger.js';
import type { Logger as Pino } from 'pino';

/** Lines before pino is loaded wait for it. `TROUPE_LOG_LEVEL=debug` shows more. */
export function fileLogger(file: string): Logger {
  let pino: Promise<Pino> | undefined;
  const open = async (): Promise<Pino> => {
    const { pino: make, destination } = await import('pino');
    return make(
      { level: process.env['TROUPE_LOG_LEVEL'] ?? 'info', base: { pid: process.pid } },
      destination({ dest: file, append: true, sync: true }),
    );
  };
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: Record<string, unknown>, message: string) => {
    if (level === 'debug' && process.env['TROUPE_LOG_LEVEL'] !== 'debug') return;
    pino ??= open();
    void pino.then((log) => log[level](fields, message));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
