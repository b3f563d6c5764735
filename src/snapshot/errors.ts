/** What can be wrong with a snapshot's files. The message is for a person: which file, where in it, what was expected. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';

  constructor(
    /** Name of the file, as the host gave it. */
    readonly source: string,
    problem: string,
    readonly damaged = true,
  ) {
    super(`${source}: ${problem}.`);
  }
}
