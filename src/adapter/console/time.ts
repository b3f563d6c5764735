/** Commands about the tape: where the cursor is, what happened before it, how it was at another tick. */
import { numberOf } from '../../scenario/run/values';
import type { Run } from '../../scenario/run/run';
import type { Moment } from '../../timeline/timeline';
import { effectText } from '../effects';
import { badExpression } from '../errors';
import type { ConsoleCommand, ConsoleContext } from './command';
import { evaluateText } from './evaluate';
import { columns } from './style';

const DEFAULT_HISTORY = 10;
const MOST_HISTORY = 200;

/** An expression and what follows it: `at tick-1 pte(heap)`. */
const FIRST_AND_REST = /^(\S+)(?:\s+(.+))?$/s;

function tickNamed(run: Run, text: string): number {
  const n = numberOf(evaluateText(run, text));
  if (n === undefined) throw badExpression(`'${text}' is no tick: ticks are numbers from 0.`);
  return Number(n);
}

function whereabouts({ timeline, style }: ConsoleContext): string {
  const { moment, events } = timeline;
  return `tick ${style.number(moment.tick)}, event ${style.number(moment.event)} of ${Math.max(0, events.length - 1)}`;
}

function atTick(context: ConsoleContext, argument: string): string {
  const [, tick = '', line] = FIRST_AND_REST.exec(argument) ?? [];
  if (tick === '') return whereabouts(context);
  const wanted = tickNamed(context.run, tick);
  if (line === undefined) return `going to tick ${wanted}`;
  let said: string | undefined;
  const near = context.timeline.glance([wanted], () => {
    if (context.run.tick === wanted) said = context.answer(line);
  });
  if (!near) throw badExpression(`Tick ${wanted} is too far away to look at from here: 'goto ${wanted}' goes there.`);
  if (said === undefined) throw badExpression(`The run ends before tick ${wanted}.`);
  return said;
}

function history(context: ConsoleContext, argument: string): string {
  const { run, timeline, style } = context;
  const count = argument === '' ? DEFAULT_HISTORY : tickNamed(run, argument);
  if (!(count >= 1)) throw badExpression('history takes how many ticks to list, from 1.');
  const { tick } = timeline.moment;
  if (tick === 0) return 'nothing yet: this is the start of the run';
  const shown = Math.min(count, tick, MOST_HISTORY);
  const past = timeline.past(shown);
  if (past === undefined) throw badExpression('So many ticks take too long to run again here; ask for fewer.');
  const lines = columns(
    past.map(({ tick: at, title, doing }) => [
      style.number(`${at}`),
      title,
      style.quiet(effectText(doing, run.machine)),
    ]),
  );
  lines.forEach((text, i) => {
    const { file, range } = past[i].doing.statement;
    context.say({ text, file, line: range.start.line });
  });
  return style.quiet(`${lines.length === 1 ? 'the tick' : `the ${lines.length} ticks`} before this one, tick ${tick}`);
}

/** `goto TICK [EVENT]`. */
function momentNamed(run: Run, argument: string): Moment {
  const [tick, event = '0', ...more] = argument.split(/\s+/);
  if (tick === '' || more.length > 0) throw badExpression('goto takes a tick, and an event of it if you like.');
  return { tick: tickNamed(run, tick), event: tickNamed(run, event) };
}

export const TIME_COMMANDS: readonly ConsoleCommand[] = [
  {
    name: 'at',
    usage: 'at [TICK [LINE]]',
    summary: 'where the cursor stands; go to a tick; or what LINE says there',
    details:
      "'at' is where the cursor stands. 'at 100' goes to tick 100. 'at 100 pte(heap)' and 'at tick-1 walk heap' answer as if\nthe cursor were there, and leave it where it is. TICK is an expression without blanks.",
    takes: 'expression',
    run: atTick,
    goal(run, argument) {
      const [, tick, line] = FIRST_AND_REST.exec(argument) ?? [];
      return tick === undefined || line !== undefined ? undefined : { tick: tickNamed(run, tick), event: 0 };
    },
  },
  {
    name: 'goto',
    usage: 'goto TICK [EVENT]',
    summary: 'to a moment of the run, before or after this one',
    takes: 'expression',
    run: (_context, argument) => `going to tick ${argument.replace(/\s+/, ', event ')}`,
    goal: momentNamed,
  },
  {
    name: 'history',
    usage: 'history [COUNT]',
    summary: 'the last ticks, each with what it did; a click goes to its line',
    details: `${DEFAULT_HISTORY} without COUNT, ${MOST_HISTORY} at most. 'at TICK LINE' asks about one of them.`,
    takes: 'expression',
    run: history,
  },
  {
    name: 'hash',
    usage: 'hash',
    summary: 'hash of the whole state: equal for equal states',
    takes: 'none',
    run: ({ run }) => run.stateHash(),
  },
];
