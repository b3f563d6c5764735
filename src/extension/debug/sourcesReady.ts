/**
 * VS Code registers late in its start what shows the sources of a session (its last phase, seconds after the window is there). A
 * session that stops before that cannot show its listing: "Unable to resolve resource debug:tick 2.ptlisting", and no
 * line is current. So the first session of a window waits for it, a little.
 */
const PATIENCE_MS = 6000;
const STEP_MS = 150;

/** What VS Code says of a scheme that nobody serves yet. */
const NOT_YET = /Unable to resolve resource/;

/** `open`: opens a source of a session that there is not; rejects, with the reason. True if sources can be shown. */
export async function sourcesReady(
  open: () => PromiseLike<unknown>,
  wait: (milliseconds: number) => Promise<void>,
): Promise<boolean> {
  for (let waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
    try {
      await open();
      return true;
    } catch (problem) {
      if (!NOT_YET.test(String(problem))) return true;
    }
    await wait(STEP_MS);
  }
  return false;
}
