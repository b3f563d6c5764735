/** A line of the debug console: a command, an assignment, or an expression; and how it answers. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Moment } from '../../timeline/timeline';
import type { SessionContext } from '../context';
import type { Debuggee } from '../debuggee';
import { refused } from '../errors';
import { consoleCommand } from '.';
import type { ConsoleContext } from './command';
import { ANSI, PLAIN, type Style } from './style';

export const styleOf = ({ ansi }: Pick<SessionContext, 'ansi'>): Style => (ansi() ? ANSI : PLAIN);

/** Where a line goes, if it is a motion. */
export function consoleGoal({ run, timeline }: Debuggee, line: string): Moment | undefined {
  const found = consoleCommand(line);
  return found?.command.goal?.(run, found.argument, timeline.moment);
}

/** What a command says; undefined of a line that is none. */
export function answerCommand(
  session: SessionContext,
  debuggee: Debuggee,
  line: string,
): DebugProtocol.EvaluateResponse['body'] | undefined {
  const found = consoleCommand(line);
  if (found === undefined) return undefined;
  const { places } = session;
  const context: ConsoleContext = {
    run: debuggee.run,
    timeline: debuggee.timeline,
    style: styleOf(session),
    say({ text, file, line: at }) {
      const place =
        debuggee.loaded.kind === 'scenario'
          ? { source: places.source(places.files[file]), line: places.clientLine(at) }
          : {};
      // Not as 'console', which editors colour like a warning.
      session.announce('output', { category: 'stdout', output: `${text}\n`, ...place });
    },
    answer: (inner) => {
      const command = consoleCommand(inner);
      if (command?.command.change !== undefined) throw refused(`'${inner}' changes something: go to that tick first.`);
      if (command !== undefined) return command.command.run(context, command.argument);
      return debuggee.evaluate({ expression: inner, context: 'watch' }).result;
    },
  };
  const change = found.command.change?.(debuggee.run, found.argument);
  if (change !== undefined) debuggee.assign(change.target, change.value);
  return { result: found.command.run(context, found.argument), variablesReference: 0 };
}
