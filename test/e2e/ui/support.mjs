/** What tests of the workbench ask a session of ours, and read in its views. */
import { until } from '../rig/waiting.mjs';

/** A request of the active session; its answer. */
export const ask = (rig, command, args) =>
  rig.api((vscode, _h, command, args) => vscode.debug.activeDebugSession.customRequest(command, args), command, args);

/** Where the cursor is. */
export const moment = (rig) => ask(rig, 'ptscope/moment');

/** To the last event of the tick in which the cursor is. */
export async function toEndOfTick(rig) {
  const { tick, events } = await moment(rig);
  const after = await rig.stops();
  await ask(rig, 'ptscope/seek', { tick, event: events - 1 });
  await rig.waitForStop({ after });
  await rig.settle();
}

/** Text of the Walk view, once it is about the session. */
export const walkText = (rig) =>
  until(
    async () => {
      const frame = await rig.webviewFrame('Walk');
      const text = (await frame.locator('main').innerText()).replace(/\s+/g, ' ');
      return text.includes('No session') ? undefined : text;
    },
    10_000,
    'the Walk view to show the session',
  );
