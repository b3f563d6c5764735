/** The whole front end in one call: what an editor, a test run and the command line do first with a scenario’s text. */
import type { ScenarioFile } from './ast';
import { check, type CheckResult } from './checker';
import type { Diagnostic } from './diagnostics';
import type { MachineConfig } from './machineConfig';
import { parse } from './parser';
import { comparePositions } from './positions';
import { formatOf } from './schemes';
import { resolveMachine } from './settings';

export interface Analysis extends CheckResult {
  file: ScenarioFile;
  /** The machine that the file asks for; what could not be read of it has its default. */
  config: MachineConfig;
  /** Of parser, machine block and checker, in order of place. */
  diagnostics: Diagnostic[];
}

export function analyse(text: string): Analysis {
  const { file, diagnostics: syntax } = parse(text);
  const { config, diagnostics: machine } = resolveMachine(file.machine);
  const checked = check(file, formatOf(config.scheme));
  const diagnostics = [...syntax, ...machine, ...checked.diagnostics];
  diagnostics.sort((a, b) => comparePositions(a.range.start, b.range.start));
  return { ...checked, file, config, diagnostics };
}
