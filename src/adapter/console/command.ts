/** What a command of the debug console is. Help and completion are made of the same rows as the commands themselves. */
import type { Run } from '../../scenario/run/run';
import type { Subject } from '../../scenario/run/subject';
import type { Moment, Timeline } from '../../timeline/timeline';
import type { Style } from './style';

/** What may follow a command: completion offers it. */
export type Argument = 'address' | 'expression' | 'counter' | 'command' | 'none';

interface CommandRow {
  name: string;
  usage: string;
  summary: string;
  /** What more there is to know: for `help NAME`. */
  details?: string;
  takes: Argument;
}

/** A line that a client can show as a link: to a place of the scenario. */
export interface LinkedLine {
  text: string;
  /** Number of the file, and the line from 0. */
  file: number;
  line: number;
}

/** Commands that only look: the same for a run and for a snapshot. */
export interface LookCommand extends CommandRow {
  run(subject: Subject, argument: string, style: Style): string;
}

/** What a command of a run may ask for. */
export interface ConsoleContext {
  run: Run;
  timeline: Timeline;
  style: Style;
  /** Says a line of its own, with a link. */
  say(line: LinkedLine): void;
  /** What a line of the console says, as if it had been typed: for `at TICK LINE`. */
  answer(line: string): string;
}

export interface ConsoleCommand extends CommandRow {
  run(context: ConsoleContext, argument: string): string;
  /** Where the command goes, if it is a motion. */
  goal?(run: Run, argument: string, here: Moment): Moment | undefined;
  /** What it changes first, as `set target = value` would: a part of the tape. */
  change?(run: Run, argument: string): { target: string; value: string };
}

export const ofRun = ({ run: look, ...row }: LookCommand): ConsoleCommand => ({
  ...row,
  run: ({ run, style }, argument) => look(run, argument, style),
});

/** The command that a line is, if it is one. An expression such as `walk(heap)` is not. */
export function commandIn<Command extends { name: string }>(
  commands: readonly Command[],
  text: string,
): { command: Command; argument: string } | undefined {
  const [, word, argument] = /^\s*([a-z]+)(?:\s+(.*?))?\s*$/s.exec(text) ?? [];
  const command = commands.find((c) => c.name === word);
  // `tlb (heap)` and `at == 3` are expressions, or attempts at one.
  if (command === undefined || /^(\(|[=!<>&|.+*/%^?-])/.test(argument ?? '')) return undefined;
  return { command, argument: argument ?? '' };
}
