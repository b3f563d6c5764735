/**
 * What the adapter speaks, as a page, docs/dap.md: for whoever connects another client, or writes a view. Its rows are typed
 * by the tables that the code uses, so that none can be missing; a test holds the page to them.
 */
import { EVENTS } from '../protocol/names';
import type { CustomRequests } from '../protocol/requests';
import type { capabilities } from './capabilities';
import { ADDRESS_KINDS, DATA_MODES } from './data/target';
import { FILTERS } from './filters';

const CAPABILITIES: Readonly<Record<keyof ReturnType<typeof capabilities>, string>> = {
  supportsConfigurationDoneRequest: 'Nothing runs before the breakpoints are in.',
  supportsConditionalBreakpoints: 'Expressions of the scenario language, checked when they are set.',
  supportsHitConditionalBreakpoints:
    '`5`, `>= 5`, `% 5`. The n-th hit is the n-th place on the tape, whichever way one goes.',
  supportsLogPoints: 'Text with `{expression}`; each line leads to its statement.',
  supportsFunctionBreakpoints:
    'Kernel and EMT functions by name, `*` allowed, `[default]` or `[driver]` behind; and data by name: `write pte(heap)`.',
  supportsDataBreakpoints: 'Table entries, physical bytes, virtual pages, registers: read, write or both.',
  supportsDataBreakpointBytes: 'Data by address and size, too.',
  breakpointModes: 'Of data: whose use counts, and what a bare address means.',
  supportsBreakpointLocationsRequest: 'Lines on which a statement begins.',
  supportsExceptionFilterOptions: 'Each filter takes a condition or a hit count.',
  supportsExceptionInfoRequest: 'The fault in words: error code, what the walk found, what the kernel makes of it.',
  exceptionBreakpointFilters: 'Faults by kind, TLB misses, walks, failed expects.',
  supportsStepBack:
    'Every motion has its reverse. Withdrawn at the start of the run by a `capabilities` event, and given back behind it.',
  supportsSteppingGranularity: '`instruction` is an event, `statement` an access, `line` a whole statement.',
  supportsStepInTargetsRequest: 'The walks, faults and functions that the tick is about to go through.',
  supportsRestartFrame: 'A walk, a function or an access runs again from where it began.',
  supportsGotoTargetsRequest: 'A seek in time: to where a statement begins, or to an event of the listing.',
  supportsDisassembleRequest: "The current tick's listing: one event an instruction, its address a moment of the run.",
  supportsInstructionBreakpoints: 'Wait for what happens there, wherever it happens again.',
  supportsModulesRequest: 'Address spaces, with the kind of their tables and where these begin.',
  supportsRestartRequest: 'From the start, in place; breakpoints keep their ids.',
  supportsTerminateRequest: 'Ends the run.',
  supportsCancelRequest: 'Of reading a program, of motions by their progress, and of `locations`.',
  supportsEvaluateForHovers: 'The value, and for an address its translation.',
  supportsSetVariable: 'Entries, their fields, registers and their bits. An edit is part of the tape.',
  supportsSetExpression: 'The same from a watch.',
  supportsClipboardContext: 'The value as it is shown.',
  supportsCompletionsRequest: 'Names, members, functions and commands.',
  completionTriggerCharacters: 'Members and arguments.',
  supportsANSIStyling: 'Colours in what the console answers, if the client says that it knows them.',
  supportsReadMemoryRequest:
    'By `pa:0x…` (physical) or `va:PID:0x…`: references that stay the same for the whole session.',
  supportsWriteMemoryRequest: 'The same, as an edit.',
  supportsLoadedSourcesRequest: 'The scenario, what it includes, and the listings that were shown.',
  supportsDelayedStackTraceLoading: 'Frames in pieces.',
};

const REQUEST_TEXTS: Readonly<Record<keyof CustomRequests, string>> = {
  'ptscope/walk':
    'The picture of the current access, or of a walk of `address` that has no side effects. Where the tick makes no access: of what stands for it (`aside`), or the `place` before the first one.',
  'ptscope/tree': 'Rows of a tree of page tables or of caches, a page at a time.',
  'ptscope/moment': 'Where the cursor stands, and a hash of the whole state.',
  'ptscope/seek': 'Goes to a moment.',
  'ptscope/travel': 'To the previous or the next change of an entry, or fault at an address.',
  'ptscope/reverseStepIn': 'One event back.',
  'ptscope/reverseStepOut': 'Back to where the walk, the function, the statement or the loop began.',
  'ptscope/translate': 'What hovers and inline values show.',
  'ptscope/numberFormat': 'Hexadecimal or decimal from now on: no client sends a format.',
  'ptscope/effects':
    'What the statement before the cursor did, and the one in which it is, for the ends of their lines.',
  'ptscope/statistics':
    'Counters over the tape, thinned to so many points; kernel work by function; table memory by level.',
  'ptscope/pin': 'Pins the moment at the cursor, or none: what has changed since is told from then on.',
  'ptscope/history': 'What there is of the past: how many accesses, operations, faults and stops.',
  'ptscope/historyRows': 'Rows of one of these lists.',
  'ptscope/map':
    'A stretch of an address space in cells: what is mapped in each, by kind. Answers in parts while it counts.',
  'ptscope/mapPlace': 'A cell in words, with the entry that maps its first page.',
  'ptscope/treePath': 'The rows of Page Tables that lead to the entry that maps an address.',
  'ptscope/compare':
    'The same program on other schemes, at the same place: numbers, pictures, and where they disagree.',
  'ptscope/cancelCompare': 'Stops the other schemes on their way to that place.',
  'ptscope/stepUnit': 'What Step Over and Step Back take for one step from now on.',
};

const EVENT_TEXTS: Readonly<Record<string, string>> = {
  initialized: 'After the launch: the program is read and breakpoints may be set.',
  stopped:
    'With the reason in words. Reasons beside those of DAP: `end`, the end of the run, from where going on ends the session.',
  continued: 'Before a motion that a request of ours began.',
  capabilities:
    'Stepping back is withdrawn at the start of the run and given back; snapshots withdraw all that changes.',
  breakpoint: 'One that waited for its data is set now, or a restart has set it again.',
  module: 'An address space is new, has changed, or is gone.',
  memory: 'Memory that the client has read is not what it was, under the reference by which it was read.',
  invalidated: 'A person changed the state, or the number format.',
  output: 'Prints, failed expects, log messages; each leads to its statement.',
  'progressStart, progressUpdate, progressEnd':
    'Of whatever takes longer than half a second. All of it can be cancelled.',
  'exited, terminated':
    'Exit codes are those of the command line: 0 all held, 1 an expect failed, 2 an error, 3 a fatal fault.',
  [EVENTS.moment]: 'After every move of the cursor: where it stands now.',
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n') + '\n';

const code = (text: string): string =>
  text
    .split(', ')
    .map((name) => `\`${name}\``)
    .join(', ');

const HEAD = `# The debug adapter

\`dist/dap.js\` speaks the [Debug Adapter Protocol](https://microsoft.github.io/debug-adapter-protocol/) on its standard streams or on a
socket; in VS Code the extension starts it. Every request is answered, whatever its arguments: what cannot be done is refused in
a sentence. Lines and columns are counted as the client says.
`;

/** \`requests\`: the commands that a session has handlers for. */
export function dapPage(requests: readonly string[]): string {
  const standard = requests.filter((name) => !name.includes('/')).sort();
  return [
    HEAD,
    '## Capabilities\n',
    table(
      ['capability', 'here'],
      Object.entries(CAPABILITIES).map(([name, text]) => [code(name), text]),
    ),
    '## Requests\n',
    `Of DAP: ${standard.map(code).join(', ')}.\n`,
    'Its own; arguments and answers are typed in `src/protocol/requests.ts`:\n',
    table(
      ['request', 'what it does'],
      Object.entries(REQUEST_TEXTS).map(([name, text]) => [code(name), text]),
    ),
    '## Events\n',
    table(
      ['event', 'when'],
      Object.entries(EVENT_TEXTS).map(([name, text]) => [code(name), text]),
    ),
    '## Exception filters\n',
    table(
      ['filter', 'label', 'stops on', 'on at first'],
      FILTERS.map((f) => [code(f.id), f.label, f.description, f.default ? 'yes' : '']),
    ),
    'Conditions see the access (`access.va`, `access.walk.refs`), and the fault that is being served (`fault.kind`,\n`fault.address`, `fault.code`).\n',
    '## Breakpoint modes\n',
    table(
      ['mode', 'label', 'what counts'],
      [...DATA_MODES, ...ADDRESS_KINDS].map((m) => [code(m.mode), m.label, m.description]),
    ),
  ].join('\n');
}
