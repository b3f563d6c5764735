/** The debug console: expressions of the scenario language, and a few commands for what is no expression. */
import { formatPhysical, formatVirtual, LEAF_SIZE_NAMES, physicalOf, vpnOfAddress } from '../machine/core/addresses';
import { protectionText } from '../machine/kernel/vma';
import { formatEntry } from '../machine/paging/format';
import { statistics } from '../machine/statistics';
import { parseExpression } from '../scenario/language/parser';
import { evaluate, EvaluationError } from '../scenario/run/evaluate';
import type { Run } from '../scenario/run/run';
import type { EntryNode, HostWalkNode, WalkNode } from '../machine/paging/inspector';
import type { Subject } from '../scenario/run/subject';
import { type MemberValue, numberOf, type Value } from '../scenario/run/values';
import type { Moment, Timeline } from '../timeline/timeline';
import { badExpression } from './errors';

export interface LookCommand {
  name: string;
  usage: string;
  summary: string;
  run(subject: Subject, argument: string): string;
}

export interface ConsoleCommand extends Omit<LookCommand, 'run'> {
  run(run: Run, argument: string, timeline: Timeline): string;
  /** Where the command goes, if it is a motion. */
  goal?(run: Run, argument: string, here: Moment): Moment;
  /** What it changes first, as `set target = value` would: a part of the tape. */
  change?(run: Run, argument: string): { target: string; value: string };
}

/** A value, or an error whose message is for a person. */
export function evaluateText({ environment }: Pick<Subject, 'environment'>, text: string): Value {
  const { expression, diagnostics } = parseExpression(text);
  if (diagnostics.length > 0) throw badExpression(diagnostics[0].message);
  try {
    return evaluate(expression, environment);
  } catch (error) {
    if (error instanceof EvaluationError) throw badExpression(error.message);
    throw error;
  }
}

/** What is known of the member that an expression ends in: whether it is an address or a count. */
export function memberNamed(subject: Pick<Subject, 'environment'>, expression: string): MemberValue | undefined {
  const { expression: parsed, diagnostics } = parseExpression(expression);
  if (diagnostics.length > 0 || parsed.kind !== 'member') return undefined;
  const value = evaluate(parsed.object, subject.environment);
  const { name } = parsed.property;
  return typeof value === 'object' && value.type === 'object' ? value.members.find((m) => m.name === name) : undefined;
}

function address(subject: Subject, text: string): bigint {
  const n = numberOf(evaluateText(subject, text));
  if (n === undefined) throw badExpression(`'${text}' is no address`);
  return n;
}

const needsProcess = ({ machine }: Subject): void => {
  if (machine.space === undefined) throw badExpression('There is no process yet.');
};

const MAX_LINES = 200;

/** Both dimensions: the host's entries, indented, before the guest's that they lead to. */
function inGuest(
  { steps, pfn, outcome }: WalkNode,
  host: readonly HostWalkNode[],
  line: (s: EntryNode) => string,
): string {
  const lines = host.flatMap((walk) => {
    const own = steps.at(walk.step);
    const found = walk.pfn === undefined ? walk.outcome : `host frame 0x${walk.pfn.toString(16)}`;
    const above = [...walk.steps.map(line), `guest frame 0x${walk.gfn.toString(16)} → ${found}`];
    return [
      ...above.map((text) => `  ${text}`),
      ...(own !== undefined && walk.outcome === 'mapped' ? [line(own)] : []),
    ];
  });
  return [...lines, pfn === undefined ? outcome : `guest frame 0x${pfn.toString(16)}`].join('\n');
}

/** Commands that only look: the same for a run and for a snapshot. */
export const LOOK_COMMANDS: readonly LookCommand[] = [
  {
    name: 'walk',
    usage: 'walk ADDRESS',
    summary: 'the walk of an address, read from memory without side effects',
    run(subject, argument) {
      needsProcess(subject);
      const { machine } = subject;
      const walk = machine.inspector.walk(machine.root, vpnOfAddress(address(subject, argument)));
      const line = (s: EntryNode): string =>
        `${s.levelName}[${s.index}] at ${formatPhysical(s.address)} = ${formatEntry(machine.inspector.format, s.raw)}${s.flags ? ` [${s.flags}]` : ''}: ${s.meaning}`;
      if (walk.host !== undefined) return inGuest(walk, walk.host, line);
      const steps = walk.steps.map(line);
      return [...steps, walk.pfn === undefined ? walk.outcome : `frame 0x${walk.pfn.toString(16)}`].join('\n');
    },
  },
  {
    name: 'vtop',
    usage: 'vtop ADDRESS',
    summary: 'the physical address of a virtual one',
    run(subject, argument) {
      needsProcess(subject);
      const at = address(subject, argument);
      const walk = subject.machine.inspector.walk(subject.machine.root, vpnOfAddress(at));
      if (walk.pfn === undefined) return `not mapped (${walk.outcome})`;
      const own = formatPhysical(physicalOf(walk.pfn, Number(at & 0xfffn)));
      if (walk.host === undefined) return own;
      const page = walk.host.at(walk.steps.length)?.pfn;
      const host = page === undefined ? 'none' : formatPhysical(physicalOf(page, Number(at & 0xfffn)));
      return `guest-physical ${own}, host-physical ${host}`;
    },
  },
  {
    name: 'tables',
    usage: 'tables',
    summary: 'all mappings of the process, equal neighbours coalesced',
    run(subject) {
      needsProcess(subject);
      const lines: string[] = [];
      for (const m of subject.machine.inspector.mappings(subject.machine.root, { coalesce: true, shared: 'once' })) {
        if (lines.length === MAX_LINES) return [...lines, '…'].join('\n');
        lines.push(
          `${formatVirtual(m.vpn)} .. ${formatVirtual((m.vpn + m.pages) as typeof m.vpn)} → ${formatPhysical(physicalOf(m.pfn))} ${LEAF_SIZE_NAMES[m.pageSize]} ${m.flags}`,
        );
      }
      return lines.length > 0 ? lines.join('\n') : 'nothing is mapped';
    },
  },
];

export const CONSOLE_COMMANDS: readonly ConsoleCommand[] = [
  ...LOOK_COMMANDS,
  {
    name: 'maps',
    usage: 'maps',
    summary: 'the areas of the process, as /proc/PID/maps',
    run(run) {
      needsProcess(run);
      const vmas = run.machine.kernel.current?.vmas ?? [];
      return (
        vmas
          .map((v) => `${formatVirtual(v.start)}-${formatVirtual(v.end)} ${protectionText(v)} ${v.backing}`)
          .join('\n') || 'no areas'
      );
    },
  },
  {
    name: 'vmstat',
    usage: 'vmstat',
    summary: 'the counters',
    run: (run) =>
      JSON.stringify(statistics(run.machine), null, 2)
        .replace(/["{},]/g, '')
        .split('\n')
        .filter((l) => l.trim() !== '')
        .join('\n'),
  },
  {
    name: 'hash',
    usage: 'hash',
    summary: 'hash of the whole state: equal for equal states',
    run: (run) => run.stateHash(),
  },
  {
    name: 'at',
    usage: 'at',
    summary: 'where the cursor stands: tick and event',
    run: (_run, _argument, { moment, events }) => {
      const last = Math.max(0, events.length - 1);
      return `tick ${moment.tick}, event ${moment.event} of ${last}`;
    },
  },
  {
    name: 'goto',
    usage: 'goto TICK [EVENT]',
    summary: 'to a moment of the run, before or after this one',
    run: (_run, argument) => `going to tick ${argument.replace(/\s+/, ', event ')}`,
    goal(run, argument) {
      const [tick, event = '0', ...more] = argument.split(/\s+/);
      if (tick === '' || more.length > 0) throw badExpression('goto takes a tick, and an event of it if you like.');
      const [t, e] = [tick, event].map((text) => Number(address(run, text)));
      return { tick: t, event: e };
    },
  },
  {
    name: 'rehash',
    usage: 'rehash [N]',
    summary: 'N batches of the thread that resizes cuckoo tables, at this moment',
    change: (_run, argument) => ({ target: 'ecpt.batches', value: `ecpt.batches + (${argument || '1'})` }),
    run: (run) => {
      const left = numberOf(evaluateText(run, 'ecpt.resizes')) ?? 0n;
      return left === 0n ? 'nothing is resized any more' : `${left} ${left === 1n ? 'resize' : 'resizes'} left`;
    },
  },
  {
    name: 'help',
    usage: 'help',
    summary: 'this list',
    run: () =>
      [
        'Any expression, e.g. pte(heap).dirty or walk(heap+0x1000).refs; or',
        ...CONSOLE_COMMANDS.map((c) => `  ${c.usage.padEnd(18)} ${c.summary}`),
      ].join('\n'),
  },
];

/** The command that a console line is, if it is one. An expression such as `walk(heap)` is not. */
export const consoleCommand = (text: string) => commandIn(CONSOLE_COMMANDS, text);

export function commandIn<Command extends { name: string }>(
  commands: readonly Command[],
  text: string,
): { command: Command; argument: string } | undefined {
  const [, word, argument] = /^\s*([a-z]+)(?:\s+([^\s(].*))?\s*$/.exec(text) ?? [];
  const command = commands.find((c) => c.name === word);
  return command && { command, argument: argument ?? '' };
}
