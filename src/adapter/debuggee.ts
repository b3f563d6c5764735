/**
 * What one launch debugs: the loaded run on its tape, with everything that is asked of it at a stop. It knows the
 * protocol's shapes and nothing of requests or events; the session does.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { formatAddress } from '../machine/core/addresses';
import type { StepUnit } from '../protocol/launch';
import type { MomentInfo, WalkResponse } from '../protocol/requests';
import type { WalkPicture } from '../protocol/walk';
import type { Expression } from '../scenario/language/ast';
import { parseExpression } from '../scenario/language/parser';
import type { LoadedRun } from '../scenario/run/load';
import { formatValue, type NumberFormat, numberOf } from '../scenario/run/values';
import { listingLines } from '../timeline/listing';
import { type Change, Timeline, type TimelineOptions } from '../timeline/timeline';
import { type Aside, asideOf } from './aside';
import { type BreakpointIds, Breakpoints } from './breakpoints/breakpoints';
import type { Comparison } from './compare/comparison';
import type { Report } from './breakpoints/guard';
import { evaluateText, memberNamed } from './console';
import { dataIdOf, entryTarget } from './data/target';
import { badExpression, refused } from './errors';
import { focusOf } from './focus';
import { inspectedPicture } from './inspectedPicture';
import type { LaunchSettings } from './launch';
import { Declarations } from './locations';
import { parseReference, physicalAt, readMemory, toBase64 } from './memory';
import { Past } from './past';
import { walkPicture } from './picture';
import { type ScopeContext, scopes } from './scopes';
import { sincePin, type SincePin } from './sincePin';
import { Listings } from './sources';
import { type Frame, stackFrames } from './stack';
import { hoverText } from './translate';
import { valueNode, type ValueRows, VariableStore } from './variables';

const WORD = 8n;

export class Debuggee {
  readonly timeline: Timeline;
  readonly breakpoints: Breakpoints;
  readonly past: Past;
  readonly listings = new Listings();
  readonly variables = new VariableStore();
  readonly #declarations: Declarations;
  format: NumberFormat = 'hex';
  stepOver: StepUnit;
  /** The same program on other schemes, since somebody first asked for it. */
  comparison: Comparison | undefined;
  /** The access before the cursor, where one had to be looked for. */
  #past: { events: unknown; event: number; aside: Aside } | undefined;
  #listing: { events: unknown; lines: readonly string[]; text: string } | undefined;

  constructor(
    { stepOver }: Pick<LaunchSettings, 'stepOver'>,
    readonly loaded: LoadedRun,
    options: TimelineOptions,
    report: Report,
    ids: BreakpointIds,
  ) {
    this.stepOver = stepOver;
    this.#declarations = new Declarations(loaded);
    this.timeline = new Timeline(loaded.run, { ...options, onNewHistory: (tick) => this.past.dropAfter(tick) });
    this.past = new Past(this.timeline, () => this.title());
    this.breakpoints = new Breakpoints(loaded, report, ids, () => this.timeline.moment);
  }

  get run(): LoadedRun['run'] {
    return this.timeline.run;
  }

  /** Lets go of everything; it must not be moved afterwards. */
  dispose(): void {
    this.comparison?.dispose();
    this.loaded.dispose();
  }

  /** The machine has moved: what was shown before is out of date. */
  moved(): void {
    this.variables.reset();
  }

  // ---- where it stands --------------------------------------------------------------------------------------------

  listingSource(): DebugProtocol.Source & { sourceReference: number } {
    const { tick } = this.timeline.moment;
    const { events } = this.timeline;
    if (this.#listing?.events !== events) {
      const lines = listingLines(events, this.run.machine, (a) => this.run.describeAddress(a));
      this.#listing = { events, lines, text: lines.join('\n') + '\n' };
    }
    return this.listings.source(tick, this.title(), this.#listing.text);
  }

  /** What event `event` of the cursor's tick is, indented by call depth. */
  listingLine(event: number): string {
    this.listingSource();
    return this.#listing?.lines[event] ?? '';
  }

  title(): string {
    const first = this.timeline.events[0];
    return first?.kind === 'statement' ? first.text : 'end of the run';
  }

  moment(withHash: boolean): MomentInfo {
    const { timeline } = this;
    return {
      ...timeline.moment,
      events: timeline.events.length,
      title: this.title(),
      listing: this.listingSource().sourceReference,
      canStepBack: !timeline.atStart,
      running: !timeline.atEnd,
      stateHash: withHash ? this.run.stateHash() : undefined,
    };
  }

  /** Line that the statement itself is on stays that of the tick's start, however far into the tick the cursor is. */
  frames(): Frame[] {
    const levels = this.run.machine.scheme.format.levels.map((l) => l.name);
    const frames = stackFrames(this.timeline.events, this.timeline.moment.event, this.timeline.standing, levels);
    return frames.length > 0 ? frames : [this.#endFrame()];
  }

  /** Behind the last statement a client still needs a frame: nothing can be looked at without one. */
  #endFrame(): Frame {
    const { statements } = this.run.program;
    const lines = statements.filter(({ file }) => file === 0).map(({ range }) => range.end.line);
    return { name: 'end of the run', kind: 'access', line: Math.max(0, ...lines), file: 0 };
  }

  scopeContext(): ScopeContext {
    const { events, moment } = this.timeline;
    return {
      run: this.run,
      events,
      moment,
      focus: { ...focusOf(events, moment.event, this.run.machine.inspector.format), sincePin: this.sincePin },
      rows: this.rows,
      declared: (name) => this.#declarations.of(name, this.timeline.standing.statement),
    };
  }

  /** What has changed since the pinned moment, if one is. */
  get sincePin(): SincePin | undefined {
    return this.past.pin && sincePin(this.past.pin, this.run.machine);
  }

  scopes(): DebugProtocol.Scope[] {
    return scopes(this.scopeContext()).map(({ name, source, expensive, hint }) => ({
      name,
      expensive,
      presentationHint: hint,
      variablesReference: this.variables.handle(source),
    }));
  }

  /** The walk of the access at the cursor, or what stands for it; see aside.ts. */
  walk(address: string | undefined): WalkResponse {
    if (address !== undefined) return { picture: this.#inspected(address) };
    const picture = this.accessPicture();
    if (picture !== undefined) return { picture };
    const { picture: instead, place } = this.#asideHere();
    return { picture: instead?.aside?.kind === 'lastAccess' ? instead : compared(instead, this.sincePin), place };
  }

  /** Absent where the cursor's tick makes no access. */
  accessPicture(): WalkPicture | undefined {
    return compared(walkPicture(this.run, this.timeline.events, this.timeline.moment), this.sincePin);
  }

  #asideHere(): Aside {
    const { events, moment } = this.timeline;
    if (this.#past?.events === events && this.#past.event === moment.event) return this.#past.aside;
    const aside = asideOf(this.timeline, this.title());
    // What is as it was then takes running part of the tape again, and stays the same until the cursor moves.
    this.#past = aside.picture?.aside?.kind === 'lastAccess' ? { events, event: moment.event, aside } : undefined;
    return aside;
  }

  /** The walk of an address, as the tables have it now. */
  #inspected(address: string): WalkPicture | undefined {
    const n = numberOf(evaluateText(this.run, address));
    if (n === undefined) throw badExpression(`'${address}' is no address.`);
    if (this.run.machine.kernel.current === undefined)
      throw badExpression('There is no process yet, so nothing to walk.');
    return compared(inspectedPicture(this.run, n, this.run.tick), this.sincePin);
  }

  // ---- expressions ------------------------------------------------------------------------------------------------

  readonly rows: ValueRows = {
    format: 'hex',
    entryId: (address) => dataIdOf(entryTarget(address, this.run.machine.scheme.format)),
    assign: (expression, text) => {
      this.assign(expression, text);
      return undefined;
    },
  };

  setFormat(format: NumberFormat): void {
    this.format = format;
    this.rows.format = format;
  }

  evaluate({ expression, context }: DebugProtocol.EvaluateArguments): DebugProtocol.EvaluateResponse['body'] {
    const assignment = context === 'repl' ? /^\s*set\s+(.+?)\s*=(?!=)\s*(.+)$/.exec(expression) : null;
    if (assignment !== null) {
      this.assign(assignment[1], assignment[2]);
      return this.evaluate({ expression: assignment[1], context: 'watch' });
    }
    const value = evaluateText(this.run, expression);
    const node = valueNode(expression, value, expression, this.rows, memberNamed(this.run, expression));
    const result = context === 'hover' ? hoverText(this.run, value, this.format) : node.value;
    return {
      result,
      type: node.type,
      memoryReference: node.memoryReference,
      valueLocationReference: this.variables.locationsOf(node).valueLocationReference,
      variablesReference: this.variables.handle(node.children),
    };
  }

  /** Changes what an expression names, at this moment. */
  assign(target: string, text: string): void {
    const value = numberOf(evaluateText(this.run, text));
    if (value === undefined) throw refused(`'${text}' is no number.`);
    this.#edit([{ target: parsed(target), value, text: target.trim() }]);
  }

  valueOf(expression: string): string {
    return formatValue(evaluateText(this.run, expression), this.format);
  }

  #edit(changes: Change[]): void {
    const problem = this.timeline.edit(changes);
    if (problem !== undefined) throw refused(`${problem}.`);
    this.breakpoints.forgetAfter(this.timeline.moment);
  }

  // ---- memory -----------------------------------------------------------------------------------------------------

  readMemory({
    memoryReference,
    offset = 0,
    count,
  }: DebugProtocol.ReadMemoryArguments): DebugProtocol.ReadMemoryResponse['body'] {
    const { address, bytes, unreadable } = readMemory(this.run.machine, memoryReference, offset, count);
    return { address, data: toBase64(bytes), unreadableBytes: unreadable > 0 ? unreadable : undefined };
  }

  /** Bytes go in as 64-bit words of physical memory, so that the change is part of the tape like any other. */
  writeMemory({ memoryReference, offset = 0, data }: DebugProtocol.WriteMemoryArguments): number {
    const place = parseReference(memoryReference);
    const bytes = fromBase64(data);
    const words = new Map<bigint, bigint>();
    let written = 0;
    for (; written < bytes.length; written++) {
      const at = physicalAt(this.run.machine, place, place.address + BigInt(offset + written));
      if (at === undefined) break;
      const word = BigInt(at) - (BigInt(at) % WORD);
      const shift = (BigInt(at) % WORD) * 8n;
      const old = words.get(word) ?? this.#physicalWord(word);
      words.set(word, (old & ~(0xffn << shift)) | (BigInt(bytes[written]) << shift));
    }
    if (written < bytes.length)
      throw refused(`There is no memory at ${formatAddress(place.address + BigInt(offset + written))}.`);
    const text = `${bytes.length} bytes at ${formatAddress(place.address + BigInt(offset))}`;
    this.#edit([...words].map(([word, value]) => ({ target: parsed(`phys(${formatAddress(word)})`), value, text })));
    return written;
  }

  #physicalWord(address: bigint): bigint {
    return numberOf(evaluateText(this.run, `phys(${formatAddress(address)})`)) ?? 0n;
  }
}

/** Marks the entries of a picture that are not what they were at the pinned moment. */
function compared(picture: WalkPicture | undefined, since: SincePin | undefined): WalkPicture | undefined {
  for (const { entry } of since === undefined ? [] : (picture?.walks.flatMap(({ levels }) => levels) ?? []))
    if (entry !== undefined && since?.entry(Number(entry.address))) entry.changedSincePin = true;
  return picture;
}

function parsed(text: string): Expression {
  const { expression, diagnostics } = parseExpression(text);
  if (diagnostics.length > 0) throw badExpression(diagnostics[0].message);
  return expression;
}

function fromBase64(data: string): Uint8Array {
  try {
    return Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  } catch {
    throw refused('The data is not base64.');
  }
}
