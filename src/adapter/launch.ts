/** The arguments of a launch request, from whatever a client or a launch.json sent, to what loading needs. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Moment } from '../protocol/requests';
import { readSchemes } from '../scenario/run/comparedSchemes';
import type { LoadRunOptions } from '../scenario/run/load';
import { STEP_UNITS, type StepUnit } from '../protocol/launch';
import { cannotLaunch } from './errors';

export interface LaunchSettings {
  program: string;
  stopOnEntry: boolean;
  noDebug: boolean;
  /** True: the machine stands at the end of the run, from where one can go back; going on from there ends the session. */
  stopAtEnd: boolean;
  /** What Step Over takes for one step inside a statement of many accesses. */
  stepOver: StepUnit;
  /** False: no colours in the debug console, though the client shows them; a screen reader reads their codes aloud. */
  consoleColors: boolean;
  /** Where the session begins, if not at the first stop. */
  goTo?: Moment;
  load: LoadRunOptions;
  /** Schemes that the program can be compared on, in the words of a machine block. */
  compareWith: string[];
  /** What saved states may hold together; absent: as the timeline has it. */
  checkpointBytes?: number;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function text(args: Record<string, unknown>, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw cannotLaunch(`'${name}' in the launch configuration must be a string.`);
  return value;
}

function record(args: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = args[name] ?? {};
  if (!isRecord(value)) throw cannotLaunch(`'${name}' in the launch configuration must be an object.`);
  return value;
}

function count(args: Record<string, unknown>, name: string): number | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw cannotLaunch(`'trace.${name}' in the launch configuration must be a whole number.`);
  return value;
}

const BYTES_PER_MEGABYTE = 2 ** 20;

function memoryMegabytes({ memoryMegabytes: value }: Record<string, unknown>): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw cannotLaunch("'timeTravel.memoryMegabytes' in the launch configuration must be a whole number from 1.");
  return value;
}

function stepUnit({ stepOver = 'access' }: Record<string, unknown>): StepUnit {
  const unit = STEP_UNITS.find((u) => u === stepOver);
  if (unit === undefined)
    throw cannotLaunch(`'stepOver' in the launch configuration must be one of ${STEP_UNITS.join(' and ')}.`);
  return unit;
}

const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function moment({ goto: value }: Record<string, unknown>): Moment | undefined {
  if (value === undefined) return undefined;
  const { tick, event = 0 } = isRecord(value) ? value : { tick: value };
  if (!isPlace(tick) || !isPlace(event))
    throw cannotLaunch("'goto' in the launch configuration must be a tick, or an object with a 'tick' and an 'event'.");
  return { tick, event };
}

function schemes(args: Record<string, unknown>): string[] {
  const value = args.compareWith ?? [];
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string'))
    throw cannotLaunch("'compareWith' in the launch configuration must be a list of schemes.");
  const read = readSchemes(value as string[]);
  if ('problem' in read) throw cannotLaunch(`'compareWith' in the launch configuration: ${read.problem}`);
  return read.schemes;
}

export function launchSettings(request: DebugProtocol.LaunchRequestArguments): LaunchSettings {
  const args = request as unknown as Record<string, unknown>;
  const program = text(args, 'program') ?? text(args, 'snapshot');
  if (program === undefined)
    throw cannotLaunch(
      "The launch configuration names no 'program'; give it a .ptscen file, a trace, or the JSON of a snapshot.",
    );
  const machine = record(args, 'machine');
  const trace = record(args, 'trace');
  const megabytes = memoryMegabytes(record(args, 'timeTravel'));
  const switched = (value: unknown): unknown => (typeof value === 'boolean' ? (value ? 'on' : 'off') : value);
  return {
    program,
    stopOnEntry: args.stopOnEntry === true,
    noDebug: args.noDebug === true,
    stopAtEnd: args.stopAtEnd === true,
    stepOver: stepUnit(args),
    consoleColors: args.consoleColors !== false,
    goTo: moment(args),
    checkpointBytes: megabytes === undefined ? undefined : megabytes * BYTES_PER_MEGABYTE,
    compareWith: schemes(args),
    load: {
      scheme: text(args, 'scheme'),
      test: text(args, 'test'),
      overrides: Object.entries(machine).map(([key, value]) => `${key}=${String(switched(value))}`),
      arguments: Object.fromEntries(Object.entries(record(args, 'args')).map(([k, v]) => [k, String(v)])),
      limit: count(trace, 'limit'),
      skip: count(trace, 'skip'),
    },
  };
}
