/** npm start: installs what is missing, builds, and opens VS Code on the examples with the extension active. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findDesktop } from './lib/desktop.mjs';
import { installProject } from './lib/install.mjs';
import { note, seconds, step } from './lib/log.mjs';
import { cache, examples, firstExample, fromRoot, root } from './lib/paths.mjs';
import { main, Problem, run } from './lib/run.mjs';

const HELP = `npm start [-- OPTIONS]

Installs what is missing, builds, and opens VS Code on examples/ with the extension active: a desktop VS Code if this
machine has one, else VS Code served to a browser on 127.0.0.1.

  --headless   no window: run the first example here and print the walk of its first fault
  --served     serve VS Code to a browser even if there is a desktop VS Code
  --port N     the port to serve on (default: any free one)
  --help       this text

PTSCOPE_VSCODE names the desktop VS Code to use. The profile is kept in .cache/; delete it for a fresh one.`;

const OPTIONS = {
  headless: { type: 'boolean' },
  served: { type: 'boolean' },
  port: { type: 'string', default: '0' },
  help: { type: 'boolean', short: 'h' },
};

function readOptions() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`${values.port} is no port`);
    return { ...values, port };
  } catch (error) {
    throw new Problem(`${error.message}\n\n${HELP}`);
  }
}

function openDesktop(editor) {
  note(`opening ${editor}`);
  const profile = path.join(cache, 'desktop');
  return run(editor, [
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${path.join(profile, 'user-data')}`,
    `--extensions-dir=${path.join(profile, 'extensions')}`,
    '--disable-workspace-trust',
    '--skip-welcome',
    '--skip-release-notes',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    examples,
    firstExample,
  ]);
}

await main(async () => {
  const options = readOptions();
  if (options.help) return console.log(HELP);
  const start = performance.now();
  await installProject();
  const { build } = await import('./build.mjs');
  await step('build', build);
  if (options.headless) {
    return run(process.execPath, [fromRoot('dist/cli.js'), 'run', 'examples/01-first-fault.ptscen', '--first-fault']);
  }
  const editor = options.served ? undefined : findDesktop();
  note(`ready after ${seconds(start)}`);
  if (editor) return openDesktop(editor);
  const { serve } = await import('./lib/served.mjs');
  return serve(options);
});
