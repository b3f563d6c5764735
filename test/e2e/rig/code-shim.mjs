#!/usr/bin/env node
/** Stands in for the `code` executable of @vscode/test-electron: the same arguments, the served VS Code. */
import { runInHost } from './host.mjs';

const options = {};
const files = [];
for (const argument of process.argv.slice(2)) {
  const [, name, value] = /^--([^=]+)(?:=(.*))?$/.exec(argument) ?? [];
  if (name) options[name] = value ?? true;
  else files.push(argument);
}
process.exit(
  await runInHost({
    extension: options.extensionDevelopmentPath,
    tests: options.extensionTestsPath,
    workspace: files.find((file) => file.startsWith('/')),
  }),
);
