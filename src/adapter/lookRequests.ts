/** Requests that look and change nothing, and those with which a person changes what they look at. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { REQUESTS } from '../protocol/names';
import type { NumberFormatArguments, TranslateArguments, TreeArguments, WalkArguments } from '../protocol/requests';
import { completions } from './completions';
import type { Handler } from './connection';
import { evaluateText } from './console';
import { answerCommand, consoleGoal } from './console/answer';
import type { SessionContext } from './context';
import { effectHandlers } from './effects';
import { badReference } from './errors';
import { goTo } from './gotoRequests';
import { addressOfMoment } from './instructions';
import { mapHandlers } from './map/handlers';
import { programPlace } from './programPlace';
import { isWaiting, isWaitingFrame, waitingFrame } from './threads';
import { hoverText } from './translate';
import { runRows } from './trees';

export function lookHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  const { places } = session;

  function stackTrace({
    threadId,
    startFrame = 0,
    levels = 0,
  }: DebugProtocol.StackTraceArguments): DebugProtocol.StackTraceResponse['body'] {
    const debuggee = session.stopped();
    const { machine } = debuggee.run;
    if (isWaiting(machine, threadId)) return { stackFrames: [waitingFrame(machine, threadId)], totalFrames: 1 };
    const listing = debuggee.listingSource();
    const frames = debuggee.frames().map((frame, i): DebugProtocol.StackFrame => {
      const base = { id: i + 1, name: frame.name, column: 1, canRestart: frame.start !== undefined };
      if (frame.event !== undefined)
        return {
          ...base,
          instructionPointerReference: addressOfMoment({ tick: debuggee.timeline.moment.tick, event: frame.event }),
          line: places.clientLine(frame.event),
          source: listing,
        };
      const presentationHint = frame.kind === 'construct' ? 'subtle' : 'normal';
      return { ...base, ...programPlace(debuggee, places, frame), presentationHint };
    });
    const end = levels === 0 ? frames.length : startFrame + levels;
    return { stackFrames: frames.slice(startFrame, end), totalFrames: frames.length };
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
    const said = args.context === 'repl' ? answerCommand(session, debuggee, args.expression) : undefined;
    const body = said ?? debuggee.evaluate(args);
    if (debuggee.timeline.events !== before) session.changed(debuggee);
    return body;
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
    scopes: ({ frameId }: DebugProtocol.ScopesArguments) => ({
      scopes: isWaitingFrame(frameId) ? [] : session.stopped().scopes(),
    }),
    variables: ({ variablesReference, ...wanted }: DebugProtocol.VariablesArguments) => ({
      variables: session.stopped().variables.list(variablesReference, wanted),
    }),
    setVariable,
    setExpression,
    evaluate,
    completions: (args: DebugProtocol.CompletionsArguments) => completions(session.launched().run, args),
    source,
    loadedSources: () => ({
      sources: [...places.files.map((path) => places.source(path)), ...session.launched().listings.all()],
    }),
    readMemory: (args: DebugProtocol.ReadMemoryArguments) => {
      const debuggee = session.stopped();
      session.memory.read(debuggee.run.machine, args);
      return debuggee.readMemory(args);
    },
    writeMemory,
    [REQUESTS.walk]: ({ address }: WalkArguments) => session.stopped().walk(address),
    [REQUESTS.tree]: (args: TreeArguments) => {
      const debuggee = session.stopped();
      return runRows({ ...debuggee.scopeContext(), at: debuggee.timeline.moment.event, format: debuggee.format }, args);
    },
    ...mapHandlers(session),
    [REQUESTS.moment]: () => session.stopped().moment(true),
    [REQUESTS.translate]: translate,
    [REQUESTS.numberFormat]: numberFormat,
    ...effectHandlers(session),
  };
}
