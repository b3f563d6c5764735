/** The debug console: expressions of the scenario language, and commands for what is no expression. The table of them. */
import { commandIn, type ConsoleCommand, ofRun } from './command';
import { HARDWARE_COMMANDS } from './hardware';
import { helpText } from './help';
import { KERNEL_COMMANDS } from './kernel';
import { LOOK_COMMANDS } from './look';
import { TIME_COMMANDS } from './time';

export { commandIn, type LookCommand } from './command';
export { evaluateText, memberNamed } from './evaluate';
export { helpText } from './help';
export { LOOK_COMMANDS } from './look';

const HELP: ConsoleCommand = {
  name: 'help',
  usage: 'help [NAME]',
  summary: 'this list, or what a command or a name of the language is',
  takes: 'command',
  run: ({ style }, argument) => helpText(CONSOLE_COMMANDS, 'pte(heap).dirty, walk(heap+0x1000).refs', argument, style),
};

export const CONSOLE_COMMANDS: readonly ConsoleCommand[] = [
  ...LOOK_COMMANDS.map(ofRun),
  ...HARDWARE_COMMANDS,
  ...KERNEL_COMMANDS,
  ...TIME_COMMANDS,
  HELP,
];

/** The command that a console line is, if it is one. */
export const consoleCommand = (text: string) => commandIn(CONSOLE_COMMANDS, text);
