/** The whole front end in one call: what an editor, a test run and the command line do first with a scenario’s text. */
import type { ScenarioFile } from './ast';
import { check } from './checker';
import { diagnostic, hasErrors, type Diagnostic } from './diagnostics';
import type { Range } from './expressions';
import type { MachineConfig } from './machineConfig';
import { comparePositions } from './positions';
import { formatOf } from './schemes';
import type { Binding, Reference } from './scope';
import { resolveMachine } from './settings';
import { singleSource, type Sources } from './sources';

export interface Analysis {
  file: ScenarioFile;
  /** The machine that the file asks for; what could not be read of it has its default. */
  config: MachineConfig;
  /** Of parser, machine block and checker, in order of place. An included file’s errors are one at its `include`. */
  diagnostics: Diagnostic[];
  /** Every name that the file and what it includes bind. */
  bindings: Binding[];
  /** Every use of such a name in the file itself. */
  references: Reference[];
  /** The same of all its files. */
  allReferences: Reference[];
  /** What is wrong in each included file, in the order of their numbers. */
  included: { path: string; diagnostics: Diagnostic[] }[];
}

/** `source`: the text of a file whose includes are not known, or all files of a scenario. */
export function analyse(source: string | Sources): Analysis {
  const sources = typeof source === 'string' ? singleSource(source) : source;
  const [{ parsed }] = sources.files;
  const { config, diagnostics: machine } = resolveMachine(parsed.file.machine);
  const checked = check(sources, formatOf(config.scheme));
  const diagnosticsOf = (file: number): Diagnostic[] =>
    inOrder([...sources.files[file].parsed.diagnostics, ...(checked.diagnostics[file] ?? [])]);
  const included = checked.entered.map(({ file, at }) => ({ file, at, diagnostics: once(diagnosticsOf(file)) }));
  const broken = included.flatMap((each) => inFile(sources.files[each.file].path, each));
  return {
    file: parsed.file,
    config,
    diagnostics: inOrder([...diagnosticsOf(0), ...machine, ...broken]),
    bindings: checked.bindings,
    references: checked.references.filter(({ file }) => file === 0),
    allReferences: checked.references,
    included: included.map(({ file, diagnostics }) => ({ path: sources.files[file].path, diagnostics })),
  };
}

/** A file that two tests include shows what is wrong with it once. */
const once = (diagnostics: readonly Diagnostic[]): Diagnostic[] => [
  ...new Map(diagnostics.map((each) => [JSON.stringify(each), each])).values(),
];

const inOrder = (diagnostics: Diagnostic[]): Diagnostic[] =>
  diagnostics.sort((a, b) => comparePositions(a.range.start, b.range.start));

/** The first error of an included file, where the file was included. */
function inFile(path: string, { at, diagnostics }: { at: Range; diagnostics: Diagnostic[] }): Diagnostic[] {
  if (!hasErrors(diagnostics)) return [];
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [{ range, code, message }] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const place = `${path}:${range.start.line + 1}:${range.start.column + 1}`;
  return [diagnostic('brokenInclude', `${place}: ${code}: ${message}${more}`, at)];
}
