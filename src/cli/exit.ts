/** How the command line ends: its exit codes (design CLI), and the one error that carries a message for a person. */
import { LoadError } from '../scenario/run/load';

export const ExitCode = {
  ok: 0,
  expectFailed: 1,
  /** Usage, parse or check error. */
  invalid: 2,
  /** A fatal fault that the scenario did not expect. */
  fatal: 3,
  unreadable: 4,
  /** Ctrl-C: what the shell expects of a program that SIGINT ended. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Something that a person must put right. Shown as its message alone. */
export class CliError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
  }
}

export const usageError = (message: string): CliError => new CliError(ExitCode.invalid, message);

/** Message and exit code of anything thrown; what is not meant for a person is rethrown. */
export function explainError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof LoadError)
    return new CliError(error.kind === 'unreadable' ? ExitCode.unreadable : ExitCode.invalid, error.message);
  throw error;
}
