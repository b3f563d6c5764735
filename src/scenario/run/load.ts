/**
 * From a file to a run that can start: read, parse, check, build the machine, load the traces.
 *
 * A scenario and a trace are told apart by name first (`.ptscen`), then by content: any readable trace runs, as one
 * process whose regions are inferred from the pages it touches. All input problems come out as a `LoadError` whose
 * message is written for a person; nothing else is thrown for what a file holds.
 */
import { Machine } from '../../machine/machine';
import { type LoadedTrace, loadTrace, type TraceSource } from '../../trace/load';
import { TraceError } from '../../trace/errors';
import type { Expression, TraceStatement } from '../language/ast';
import { analyse } from '../language/analysis';
import { type Diagnostic, hasErrors } from '../language/diagnostics';
import { fileProblem } from '../language/fileProblem';
import type { MachineConfig } from '../language/machineConfig';
import { readSources } from '../language/readSources';
import { parseExpression } from '../language/parser';
import { applyOverride, resolveMachine } from '../language/settings';
import { singleSource, type Sources } from '../language/sources';
import { compile, testsOf } from './compile';
import { impossibility, impossibleBlock, machineOptions } from './configure';
import { type Environment, EvaluationError, evaluate } from './evaluate';
import type { FileHost } from './fileHost';
import { Run } from './run';
import type { Value } from './values';

export type { FileHost } from './fileHost';

export interface LoadRunOptions {
  /** `radix`, or with an argument `radix:5`: overrides the file's scheme. */
  scheme?: string;
  /** `KEY=VALUE`, in the words of the machine block. */
  overrides?: readonly string[];
  /** Expressions for `let` names. */
  arguments?: Readonly<Record<string, string>>;
  /** Accesses of every trace to run at most, and to skip first. */
  limit?: number;
  skip?: number;
  /** Name of the one test to run, instead of what stands outside of tests. */
  test?: string;
  signal?: AbortSignal;
  onProgress?(progress: { name: string; bytesRead: number; totalBytes?: number }): void;
}

export interface LoadedRun {
  run: Run;
  config: MachineConfig;
  /** The scenario and what it includes; for a trace run directly, the scenario that stands for it. */
  sources: Sources;
  kind: 'scenario' | 'trace';
  warnings: readonly Diagnostic[];
  traces: readonly LoadedTrace[];
  /** Lets go of the traces' memory and files. The run must not be moved afterwards. */
  dispose(): void;
}

export type LoadErrorKind = 'unreadable' | 'invalid' | 'setting';

export class LoadError extends Error {
  constructor(
    readonly kind: LoadErrorKind,
    message: string,
    readonly diagnostics: readonly Diagnostic[] = [],
  ) {
    super(message);
  }
}

/** What is written for a trace that is run by itself. `file` is only a name here: the trace is given. */
const TRACE_SCENARIO = 'process trace\ntrace "…"\n';

/** What an editor has not saved yet has a name of its own kind; traces are never written in editors. */
export const isScenarioName = (path: string): boolean => /\.ptscen$|^untitled:/i.test(path);

export async function loadRun(path: string, host: FileHost, options: LoadRunOptions = {}): Promise<LoadedRun> {
  if (!isScenarioName(path)) return loadTraceRun(path, host, options);
  const text = await readScenario(path, host);
  return loadScenario(path, text, host, options);
}

/** A scenario's text, or the `LoadError` that says why there is none. */
export async function readScenario(path: string, host: FileHost): Promise<string> {
  try {
    return await host.readText(path);
  } catch (error) {
    throw new LoadError('unreadable', `${path}: ${fileProblem(error)}`);
  }
}

/** A scenario from its text; `path` is where its traces and the files that it includes are looked for. */
export async function loadScenario(
  path: string,
  text: string,
  host: FileHost,
  options: LoadRunOptions,
): Promise<LoadedRun> {
  const sources = await readSources(path, text, host);
  const { file: scenario, config: written, diagnostics } = analyse(sources);
  const impossible = impossibleBlock(scenario.machine);
  const found = impossible === undefined ? diagnostics : [impossible, ...diagnostics];
  if (hasErrors(found)) throw new LoadError('invalid', describe(path, found), found);
  const program = compile(sources, testNamed(path, sources, options.test));
  const config = configure(written, options);
  const { instructions } = config;
  const traces: LoadedTrace[] = [];
  try {
    for (const { statement, file } of program.traces) {
      const name = host.resolve(sources.files[file].path, statement.file.value);
      traces.push(await loadTraceFile(name, host, { ...traceOptions(statement, options), instructions }));
    }
    const run = new Run(program, buildMachine(config), traces, argumentValues(options), config.seed);
    return { run, config, sources, kind: 'scenario', warnings: found, traces, dispose: () => dispose(traces) };
  } catch (error) {
    dispose(traces);
    throw error;
  }
}

function testNamed(path: string, sources: Sources, wanted: string | undefined): string | undefined {
  const known = testsOf(sources).map(({ name }) => JSON.stringify(name));
  if (wanted === undefined || known.includes(JSON.stringify(wanted))) return wanted;
  const others = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  throw new LoadError('setting', `${path}: there is no test ${JSON.stringify(wanted)}; ${others}`);
}

async function loadTraceRun(path: string, host: FileHost, options: LoadRunOptions): Promise<LoadedRun> {
  const sources = singleSource(TRACE_SCENARIO, path);
  const program = compile(sources);
  const config = configure(resolveMachine(undefined).config, options);
  const traces = [await loadTraceFile(path, host, { ...options, instructions: config.instructions })];
  try {
    const run = new Run(program, buildMachine(config), traces, {}, config.seed);
    return { run, config, sources, kind: 'trace', warnings: [], traces, dispose: () => dispose(traces) };
  } catch (error) {
    dispose(traces);
    throw error;
  }
}

const dispose = (traces: readonly LoadedTrace[]): void => traces.forEach(({ store }) => store.dispose());

/** What fits no machine says so here: sizes beyond what the simulation can hold. */
function buildMachine(config: MachineConfig): Machine {
  try {
    return new Machine(machineOptions(config));
  } catch (error) {
    if (error instanceof RangeError)
      throw new LoadError('setting', `this machine does not fit into memory: ${error.message}`);
    throw error;
  }
}

function configure(config: MachineConfig, options: LoadRunOptions): MachineConfig {
  const overrides = [...(options.overrides ?? [])];
  if (options.scheme !== undefined)
    overrides.unshift(`scheme=${options.scheme.replaceAll(':', ' ').replaceAll('/', ' over ')}`);
  for (const text of overrides) {
    const result = applyOverride(config, text);
    const errors = result.diagnostics.filter((d) => d.severity === 'error');
    if (errors.length > 0) throw new LoadError('setting', `${text}: ${errors.map((d) => d.message).join(' ')}`, errors);
    config = result.config;
  }
  const why = impossibility(config);
  if (why !== undefined) throw new LoadError('setting', `${overrides.join(', ')}: ${why}`);
  return config;
}

/** How much of a trace is read, and as what. */
export interface TraceFileOptions extends Pick<LoadRunOptions, 'limit' | 'skip' | 'signal' | 'onProgress'> {
  format?: string;
  instructions?: boolean;
}

/** A limit from outside can shorten what the scenario replays, never lengthen it. */
const smaller = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : Math.min(a, b ?? a);

function traceOptions(statement: TraceStatement, options: LoadRunOptions): TraceFileOptions {
  const constant = (e: Expression | undefined): number | undefined =>
    e === undefined ? undefined : Number(constantOf(e));
  return {
    ...options,
    limit: smaller(options.limit, constant(statement.limit)),
    skip: options.skip ?? constant(statement.skip),
    format: statement.format?.text,
  };
}

const NO_NAMES: Environment = { name: () => undefined, call: () => undefined };

function constantOf(expression: Expression): bigint {
  try {
    const value = evaluate(expression, NO_NAMES);
    if (typeof value === 'bigint') return value;
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
  }
  throw new LoadError(
    'invalid',
    `line ${expression.range.start.line + 1}: limit and skip of a trace must be plain numbers`,
  );
}

function argumentValues(options: LoadRunOptions): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [name, text] of Object.entries(options.arguments ?? {})) {
    const parsed = parseExpression(text);
    try {
      if (parsed.diagnostics.length > 0)
        throw new LoadError('setting', `argument ${name}: ${parsed.diagnostics[0].message}`);
      values[name] = evaluate(parsed.expression, NO_NAMES);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      throw new LoadError('setting', `argument ${name}: ${error.message}`);
    }
  }
  return values;
}

/** Reads a trace; what is wrong with the file comes out as a `LoadError`. */
export async function loadTraceFile(path: string, host: FileHost, options: TraceFileOptions): Promise<LoadedTrace> {
  let source: TraceSource;
  try {
    source = await host.openTrace(path);
  } catch (error) {
    throw new LoadError('unreadable', `${path}: ${fileProblem(error)}`);
  }
  const { limit, skip, signal, format, instructions } = options;
  const onProgress = (p: { bytesRead: number; totalBytes?: number }): void =>
    options.onProgress?.({ name: path, ...p });
  try {
    return await loadTrace(source, { limit, skip, signal, format, instructions, onProgress, files: host.traceFiles });
  } catch (error) {
    if (error instanceof TraceError) throw new LoadError('unreadable', error.message);
    throw error;
  }
}

function describe(path: string, diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((d) => d.severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return `${path}:${first.range.start.line + 1}:${first.range.start.column + 1}: ${first.code}: ${first.message}${more}`;
}
