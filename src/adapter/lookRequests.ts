/** Requests that look and change nothing, and those with which a person changes what they look at. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { REQUESTS } from '../protocol/names';
import type { NumberFormatArguments, TranslateArguments, TreeArguments, WalkArguments } from '../protocol/requests';
import type { Moment } from '../timeline/timeline';
import type { LoadedTrace } from '../trace/load';
import { completions } from './completions';
import type { Handler } from './connection';
import { consoleCommand, evaluateText } from './console';
import type { SessionContext } from './context';
import type { Debuggee } from './debuggee';
import { badReference } from './errors';
import { goTo } from './gotoRequests';
import type { Frame } from './stack';
import { mapHandlers } from './map/handlers';
import { hoverText } from './translate';
import { runRows } from './trees';

/** Editors warn of larger files, and refuse to show very large ones. */
const LARGEST_SHOWN_BYTES = 10e6;

/** Of a trace that was not read to its end, nobody knows how long it is. */
const isShown = ({ compression, limited, bytesRead }: LoadedTrace): boolean =>
  compression === 'none' && !limited && bytesRead <= LARGEST_SHOWN_BYTES;

export function lookHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  const { places } = session;

  function stackTrace({
    startFrame = 0,
    levels = 0,
  }: DebugProtocol.StackTraceArguments): DebugProtocol.StackTraceResponse['body'] {
    const debuggee = session.stopped();
    const listing = debuggee.listingSource();
    const frames = debuggee.frames().map((frame, i): DebugProtocol.StackFrame => {
      const base = { id: i + 1, name: frame.name, column: 1 };
      if (frame.event !== undefined) return { ...base, line: places.clientLine(frame.event), source: listing };
      const presentationHint = frame.kind === 'construct' ? 'subtle' : 'normal';
      return { ...base, ...programPlace(debuggee, frame), presentationHint };
    });
    const end = levels === 0 ? frames.length : startFrame + levels;
    return { stackFrames: frames.slice(startFrame, end), totalFrames: frames.length };
  }

  /** The scenario's line; for a trace run by itself its record, or the listing where no editor shows the file. */
  function programPlace(
    debuggee: Debuggee,
    { line = 0, file = 0 }: Frame,
  ): Pick<DebugProtocol.StackFrame, 'source' | 'line'> {
    if (debuggee.loaded.kind === 'scenario')
      return { source: places.source(places.files[file]), line: places.clientLine(line) };
    const { traceLine } = debuggee.timeline.standing;
    if (traceLine !== undefined && isShown(debuggee.loaded.traces[0]))
      return { source: places.source(), line: places.clientLine(traceLine - 1) };
    return { source: debuggee.listingSource(), line: places.clientLine(0) };
  }

  function source(args: DebugProtocol.SourceArguments): DebugProtocol.SourceResponse['body'] {
    const content = session.launched().listings.text(args.source?.sourceReference ?? args.sourceReference);
    if (content === undefined) throw badReference('This listing is no longer kept; stop at the tick again to see it.');
    return { content, mimeType: 'text/x-ptscope-listing' };
  }

  function evaluate(args: DebugProtocol.EvaluateArguments): DebugProtocol.EvaluateResponse['body'] {
    const debuggee = session.stopped();
    const goal = args.context === 'repl' ? consoleGoal(debuggee, args.expression) : undefined;
    if (goal !== undefined) goTo(session, goal);
    const before = debuggee.timeline.events;
    const body = debuggee.evaluate(args);
    if (debuggee.timeline.events !== before) session.changed(debuggee);
    return body;
  }

  function consoleGoal({ run, timeline }: Debuggee, text: string): Moment | undefined {
    const found = consoleCommand(text);
    return found?.command.goal?.(run, found.argument, timeline.moment);
  }

  function setVariable(args: DebugProtocol.SetVariableArguments): DebugProtocol.SetVariableResponse['body'] {
    const debuggee = session.stopped();
    const node = debuggee.variables.assign(args.variablesReference, args.name, args.value);
    session.changed(debuggee);
    return { value: node.value, type: node.type, variablesReference: debuggee.variables.handle(node.children) };
  }

  function setExpression(args: DebugProtocol.SetExpressionArguments): DebugProtocol.SetExpressionResponse['body'] {
    const debuggee = session.stopped();
    debuggee.assign(args.expression, args.value);
    session.changed(debuggee);
    return { value: debuggee.valueOf(args.expression) };
  }

  function writeMemory(args: DebugProtocol.WriteMemoryArguments): DebugProtocol.WriteMemoryResponse['body'] {
    const debuggee = session.stopped();
    const bytesWritten = debuggee.writeMemory(args);
    const { memoryReference, offset = 0 } = args;
    session.announce('memory', { memoryReference, offset, count: bytesWritten });
    session.changed(debuggee);
    return { bytesWritten };
  }

  function translate({ expression }: TranslateArguments): { text: string } {
    const debuggee = session.stopped();
    return { text: hoverText(debuggee.run, evaluateText(debuggee.run, expression), debuggee.format) };
  }

  function numberFormat({ hex }: NumberFormatArguments): { hex: boolean } {
    const debuggee = session.launched();
    const wanted = hex === 'toggle' ? debuggee.format !== 'hex' : hex;
    debuggee.setFormat(wanted ? 'hex' : 'decimal');
    session.announce('invalidated', { areas: ['variables'] });
    return { hex: wanted };
  }

  return {
    stackTrace,
    scopes: () => ({ scopes: session.stopped().scopes() }),
    variables: ({ variablesReference, start, count }: DebugProtocol.VariablesArguments) => ({
      variables: session.stopped().variables.list(variablesReference, start, count),
    }),
    setVariable,
    setExpression,
    evaluate,
    completions: (args: DebugProtocol.CompletionsArguments) => completions(session.launched().run, args),
    source,
    loadedSources: () => ({
      sources: [...places.files.map((path) => places.source(path)), ...session.launched().listings.all()],
    }),
    modules: () => ({ modules: [], totalModules: 0 }),
    readMemory: (args: DebugProtocol.ReadMemoryArguments) => session.stopped().readMemory(args),
    writeMemory,
    [REQUESTS.walk]: ({ address }: WalkArguments) => ({ picture: session.stopped().picture(address) }),
    [REQUESTS.tree]: (args: TreeArguments) => {
      const debuggee = session.stopped();
      return runRows({ ...debuggee.scopeContext(), at: debuggee.timeline.moment.event, format: debuggee.format }, args);
    },
    ...mapHandlers(session),
    [REQUESTS.moment]: () => session.stopped().moment(true),
    [REQUESTS.translate]: translate,
    [REQUESTS.numberFormat]: numberFormat,
  };
}
