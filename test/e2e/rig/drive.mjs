/**
 * Opens an extension in the rig and takes a picture: for looking at something by hand.
 *   node drive.mjs EXTENSION WORKSPACE [--theme dark] [--open FILE] [--shot NAME] [--stay] [--web]
 */
import { parseArgs } from 'node:util';
import { workbenchUrl } from './server.mjs';
import { launch } from './workbench.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    theme: { type: 'string' },
    open: { type: 'string' },
    shot: { type: 'string', default: 'drive' },
    stay: { type: 'boolean' },
    web: { type: 'boolean' },
  },
});
const [extension, workspace] = positionals;
const rig = await launch({ extension, workspace, theme: values.theme, openFile: values.open, web: values.web });
console.log(await rig.screenshot(values.shot), rig.timing, `${rig.problems.length} console errors`);
if (values.stay) {
  console.log(workbenchUrl(rig.server.port, rig.options), '- Ctrl-C ends');
  await new Promise(() => {});
}
await rig.close();
