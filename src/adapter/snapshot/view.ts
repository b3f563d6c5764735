/**
 * A snapshot in the debugger: the same requests as of a run, answered by tables that stand still. Whatever would move the
 * machine or change it is refused in words.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { vpnOfAddress } from '../../machine/core/addresses';
import { EVENTS, REQUESTS } from '../../protocol/names';
import type {
  MomentInfo,
  NumberFormatArguments,
  TranslateArguments,
  TreeArguments,
  TreeResponse,
  WalkArguments,
} from '../../protocol/requests';
import type { WalkPicture } from '../../protocol/walk';
import { SnapshotSubject } from '../../scenario/run/snapshotSubject';
import { numberOf } from '../../scenario/run/values';
import type { Snapshot } from '../../snapshot/snapshot';
import { completionsIn } from '../completions';
import type { Handler } from '../connection';
import { commandIn, evaluateText, memberNamed } from '../console';
import { styleOf } from '../console/answer';
import type { SessionContext } from '../context';
import { badExpression, badReference, refused } from '../errors';
import type { Focus } from '../focus';
import { inspectedPicture } from '../inspectedPicture';
import { snapshotMapHandlers } from '../map/handlers';
import { readMemory, toBase64 } from '../memory';
import { Listings } from '../sources';
import { tableNodes } from '../tableTree';
import { hoverText } from '../translate';
import { page } from '../trees';
import { type ValueRows, valueNode, VariableStore } from '../variables';
import { snapshotCommands } from './commands';
import { focusAddress, snapshotText } from './describe';
import { snapshotScopes } from './scopes';

const THREAD = 1;

const still = (): never => {
  throw refused('A snapshot is one moment of a machine: it does not run, so there is nothing to step or to go to.');
};
const fixedState = (): never => {
  throw refused('A snapshot shows what was; nothing in it can be changed.');
};

/** Requests that would move a run. */
const MOTIONS = [
  ...['continue', 'next', 'stepIn', 'stepOut', 'stepBack', 'reverseContinue', 'goto', 'gotoTargets', 'stepInTargets'],
  ...[REQUESTS.reverseStepIn, REQUESTS.reverseStepOut, REQUESTS.seek, REQUESTS.travel, REQUESTS.pin],
  ...[REQUESTS.statistics, REQUESTS.history, REQUESTS.historyRows, REQUESTS.compare],
];
const CHANGES = ['setVariable', 'setExpression', 'writeMemory'];

const all = (commands: readonly string[], handler: Handler): Record<string, Handler> =>
  Object.fromEntries(commands.map((command) => [command, handler]));

export class SnapshotView {
  readonly #subject: SnapshotSubject;
  readonly #variables = new VariableStore();
  readonly #listings = new Listings();
  readonly #commands = snapshotCommands(() => this.#rootChanged());
  readonly #rows: ValueRows = { format: 'hex', assign: fixedState };

  constructor(
    readonly snapshot: Snapshot,
    private readonly session: SessionContext,
  ) {
    this.#subject = new SnapshotSubject(snapshot);
  }

  /** What it is, as a document. */
  get text(): string {
    return snapshotText(this.#subject);
  }

  /** Tells the client that it stands, and where. */
  announce(): void {
    const { label, name } = this.snapshot.description;
    const capabilities = { supportsStepBack: false, supportsSetVariable: false, supportsSetExpression: false };
    this.session.announce('capabilities', { capabilities: { ...capabilities, supportsWriteMemoryRequest: false } });
    const description = `Snapshot ${name === '' ? label : name}`;
    this.session.announce('stopped', { reason: 'entry', description, threadId: THREAD, allThreadsStopped: true });
    this.session.announce(EVENTS.moment, this.#moment());
  }

  readonly handlers: Readonly<Record<string, Handler | undefined>> = {
    ...all(MOTIONS, still),
    ...all(CHANGES, fixedState),
    pause: () => undefined,
    threads: () => ({ threads: [{ id: THREAD, name: `CPU 0 (${this.snapshot.space.name})` }] }),
    stackTrace: () => this.#stack(),
    scopes: () => ({ scopes: this.#scopes() }),
    variables: ({ variablesReference, ...wanted }: DebugProtocol.VariablesArguments) => ({
      variables: this.#variables.list(variablesReference, wanted),
    }),
    evaluate: (args: DebugProtocol.EvaluateArguments) => this.#evaluate(args),
    completions: (args: DebugProtocol.CompletionsArguments) =>
      completionsIn(this.#subject, this.#subject.names, (name) => this.#subject.knows(name), this.#commands, args),
    source: ({ source, sourceReference }: DebugProtocol.SourceArguments) => this.#source(source, sourceReference),
    loadedSources: () => ({ sources: [this.#listing()] }),
    readMemory: (args: DebugProtocol.ReadMemoryArguments) => this.#readMemory(args),
    [REQUESTS.walk]: ({ address }: WalkArguments) => ({ picture: this.#picture(address) }),
    [REQUESTS.tree]: (args: TreeArguments) => this.#tree(args),
    ...snapshotMapHandlers(
      () => this.snapshot,
      () => this.#focus(),
    ),
    [REQUESTS.moment]: () => this.#moment(),
    [REQUESTS.translate]: ({ expression }: TranslateArguments) => ({
      text: hoverText(this.#subject, evaluateText(this.#subject, expression), this.#rows.format),
    }),
    [REQUESTS.numberFormat]: ({ hex }: NumberFormatArguments) => this.#setFormat(hex),
    ...breakpointHandlers(),
  };

  // ---- where it stands --------------------------------------------------------------------------------------------

  #listing(): DebugProtocol.Source & { sourceReference: number } {
    return this.#listings.source(0, this.snapshot.description.text, this.text);
  }

  #stack(): DebugProtocol.StackTraceResponse['body'] {
    const { label, registers } = this.snapshot.description;
    const at = registers.rip === undefined ? undefined : this.#subject.describeAddress(registers.rip);
    const name = [label, at].filter(Boolean).join(': ');
    return { stackFrames: [{ id: 1, name, line: 1, column: 1, source: this.#listing() }], totalFrames: 1 };
  }

  #source(source: DebugProtocol.Source | undefined, reference: number): DebugProtocol.SourceResponse['body'] {
    const content = this.#listings.text(source?.sourceReference ?? reference);
    if (content === undefined) throw badReference('This document is no longer kept; open the stack frame again.');
    return { content, mimeType: 'text/x-ptscope-listing' };
  }

  #moment(): MomentInfo {
    const title = this.snapshot.description.text;
    const listing = this.#listing().sourceReference;
    return { tick: 0, event: 0, events: 1, title, listing, canStepBack: false, running: false };
  }

  #scopes(): DebugProtocol.Scope[] {
    return snapshotScopes(this.#subject, this.#focus(), this.#rows).map(({ name, source, expensive }) => ({
      name,
      expensive,
      variablesReference: this.#variables.handle(source),
    }));
  }

  // ---- looking ----------------------------------------------------------------------------------------------------

  /** The page that the machine was about when it stopped: trees show the path to it. */
  #focus(): Focus {
    const vpn = vpnOfAddress(focusAddress(this.snapshot));
    return { vpn, changedEntries: new Set(), changedCaches: new Set(), lines: new Set() };
  }

  #picture(address: string | undefined): WalkPicture {
    const n = address === undefined ? focusAddress(this.snapshot) : numberOf(evaluateText(this.#subject, address));
    if (n === undefined) throw badExpression(`'${address}' is no address.`);
    return inspectedPicture(this.#subject, n, 0);
  }

  #tree(request: TreeArguments): TreeResponse {
    if (request.tree !== 'pageTables') return page([NOT_STORED[request.tree]], request);
    return page(
      tableNodes({ machine: this.snapshot, focus: this.#focus(), breakable: false }, request.parent),
      request,
    );
  }

  #evaluate({ expression, context }: DebugProtocol.EvaluateArguments): DebugProtocol.EvaluateResponse['body'] {
    const command = context === 'repl' ? commandIn(this.#commands, expression) : undefined;
    if (command !== undefined)
      return {
        result: command.command.run(this.#subject, command.argument, styleOf(this.session)),
        variablesReference: 0,
      };
    if (context === 'repl' && /^\s*set\s.*=/.test(expression)) return fixedState();
    const value = evaluateText(this.#subject, expression);
    const node = valueNode(expression, value, expression, this.#rows, memberNamed(this.#subject, expression));
    return {
      result: context === 'hover' ? hoverText(this.#subject, value, this.#rows.format) : node.value,
      type: node.type,
      memoryReference: node.memoryReference,
      variablesReference: this.#variables.handle(node.children),
    };
  }

  #readMemory({
    memoryReference,
    offset = 0,
    count,
  }: DebugProtocol.ReadMemoryArguments): DebugProtocol.ReadMemoryResponse['body'] {
    const { address, bytes, unreadable } = readMemory(this.snapshot, memoryReference, offset, count);
    return { address, data: toBase64(bytes), unreadableBytes: unreadable > 0 ? unreadable : undefined };
  }

  #setFormat(hex: boolean | 'toggle'): { hex: boolean } {
    const wanted = hex === 'toggle' ? this.#rows.format !== 'hex' : hex;
    this.#rows.format = wanted ? 'hex' : 'decimal';
    this.session.announce('invalidated', { areas: ['variables'] });
    return { hex: wanted };
  }

  #rootChanged(): void {
    this.session.announce('invalidated', { areas: ['all'] });
    this.session.announce(EVENTS.moment, this.#moment());
  }
}

const notStored = (id: string, label: string, description: string): TreeResponse['nodes'][number] => ({
  id,
  label,
  description,
  hasChildren: false,
  kind: 'message',
});

const NOT_STORED = {
  caches: notStored('cache:none', 'A snapshot has no TLB', 'page tables were stored, caches were not'),
  objects: notStored('tobj:none', 'A snapshot runs nothing', 'page tables were stored; no call is open in them'),
  processes: notStored('proc:none', 'A snapshot is of one process', 'its root tables are under Page Tables'),
} as const;

/** Clients set their breakpoints whatever is launched: each is answered, and says why it will never be hit. */
function breakpointHandlers(): Record<string, Handler> {
  const message = 'A snapshot does not run: nothing can stop in it.';
  const none = ({ breakpoints = [] }: { breakpoints?: readonly { line?: number }[] }): object => ({
    breakpoints: breakpoints.map(({ line }) => ({ verified: false, line, message })),
  });
  return {
    ...all(['setBreakpoints', 'setFunctionBreakpoints', 'setDataBreakpoints', 'setInstructionBreakpoints'], none),
    setExceptionBreakpoints: ({ filters = [], filterOptions = [] }: DebugProtocol.SetExceptionBreakpointsArguments) =>
      none({ breakpoints: [...filters, ...filterOptions].map(() => ({})) }),
    dataBreakpointInfo: () => ({ dataId: null, description: message }),
    breakpointLocations: () => ({ breakpoints: [] }),
    exceptionInfo: () => {
      throw refused('No exception was stopped at.');
    },
  };
}
