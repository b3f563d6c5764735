/** What the adapter says it can do. Nothing is listed that a test does not exercise. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { ADDRESS_KINDS, DATA_MODES } from './data/target';
import { filterDescriptors } from './filters';

export const capabilities = () =>
  ({
    supportsConfigurationDoneRequest: true,
    supportsConditionalBreakpoints: true,
    supportsHitConditionalBreakpoints: true,
    supportsLogPoints: true,
    supportsFunctionBreakpoints: true,
    supportsDataBreakpoints: true,
    supportsDataBreakpointBytes: true,
    breakpointModes: [...DATA_MODES, ...ADDRESS_KINDS].map((mode) => ({ ...mode, appliesTo: ['data' as const] })),
    supportsBreakpointLocationsRequest: true,
    supportsExceptionFilterOptions: true,
    supportsExceptionInfoRequest: true,
    exceptionBreakpointFilters: filterDescriptors(),
    supportsStepBack: true,
    supportsSteppingGranularity: true,
    supportsGotoTargetsRequest: true,
    supportsStepInTargetsRequest: true,
    supportsRestartFrame: true,
    supportsDisassembleRequest: true,
    supportsInstructionBreakpoints: true,
    supportsModulesRequest: true,
    supportsRestartRequest: true,
    supportsTerminateRequest: true,
    supportsCancelRequest: true,
    supportsEvaluateForHovers: true,
    supportsSetVariable: true,
    supportsSetExpression: true,
    supportsClipboardContext: true,
    supportsCompletionsRequest: true,
    completionTriggerCharacters: ['.', '(', ' '],
    supportsANSIStyling: true,
    supportsReadMemoryRequest: true,
    supportsWriteMemoryRequest: true,
    supportsLoadedSourcesRequest: true,
    supportsDelayedStackTraceLoading: true,
  }) satisfies DebugProtocol.Capabilities;
