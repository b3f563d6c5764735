/** The command line on Node: composes src/cli with files, streams and signals. */
import { version } from '../../package.json';
import type { CliHost } from '../cli/host';
import { runCommandLine } from '../cli/program';
import { serveDap } from './dapServer';
import { nodeFiles } from './nodeFiles';

/** A reader that has seen enough (`ptscope … | head`) is no error. */
function leaveQuietlyWithReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(process.exitCode ?? 0);
  });
}

/** The first Ctrl-C asks for a clean end; the second is the system's. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}

const error = (text: string): void => void process.stderr.write(text);

const host: CliHost = {
  version,
  files: nodeFiles,
  out: (text) => void process.stdout.write(text),
  error,
  terminal: process.stderr.isTTY,
  now: () => performance.now(),
  yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
  signal: interruption(),
  startDap: (transport) => serveDap(transport, error),
};

leaveQuietlyWithReader(process.stdout);
leaveQuietlyWithReader(process.stderr);

runCommandLine(process.argv.slice(2), host).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`ptscope made a mistake (please report it): ${text}\n`);
    process.exitCode = 70;
  },
);
