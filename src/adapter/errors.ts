/** Errors that a person sees: a code, a sentence, nothing of our insides. */
export class UserError extends Error {
  constructor(
    readonly code: number,
    message: string,
    /** False: shown where it was asked for (watch, console); true: also as a notification. */
    readonly notify = false,
  ) {
    super(message);
  }
}

export const notStopped = (): UserError => new UserError(1001, 'The machine is running; pause it first.');
export const notLaunched = (): UserError => new UserError(1002, 'Nothing has been launched yet.');
export const cannotLaunch = (why: string): UserError => new UserError(1003, why, true);
/** A person wanted it so: nobody has to be told in a box. */
export const loadingCancelled = (what: string): UserError => new UserError(1003, `Reading ${what} was cancelled.`);
export const notSupported = (command: string): UserError =>
  new UserError(1004, `ptscope does not support '${command}'.`);
export const badReference = (what: string): UserError => new UserError(1005, what);
export const badExpression = (why: string): UserError => new UserError(1006, why);
export const refused = (why: string): UserError => new UserError(1007, why);
/** Why a breakpoint cannot be what was asked for. */
export const unusable = (why: string): UserError => new UserError(1008, why);
