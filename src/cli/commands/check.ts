/** `ptscope check FILE…`: everything that can be known about scenarios before they run. */
import { analyse } from '../../scenario/language/analysis';
import { type Diagnostic, hasErrors } from '../../scenario/language/diagnostics';
import { readSources } from '../../scenario/language/readSources';
import { impossibleBlock } from '../../scenario/run/configure';
import { readScenario } from '../../scenario/run/load';
import { explainError, ExitCode } from '../exit';
import type { CliHost } from '../host';
import { toJson, writeResult } from '../session';

export interface CheckOptions {
  format: 'text' | 'json';
  output?: string;
}

interface Checked {
  file: string;
  diagnostics: Diagnostic[];
}

export async function check(host: CliHost, files: readonly string[], options: CheckOptions): Promise<ExitCode> {
  const checked: Checked[] = [];
  let code: ExitCode = ExitCode.ok;
  for (const file of files) {
    try {
      const sources = await readSources(file, await readScenario(file, host.files), host.files);
      const { file: tree, diagnostics: found, included } = analyse(sources);
      const impossible = impossibleBlock(tree.machine);
      const diagnostics = impossible === undefined ? found : [impossible, ...found];
      const others = included.map((each) => ({ file: each.path, diagnostics: each.diagnostics }));
      checked.push({ file, diagnostics }, ...others);
      if (hasErrors(diagnostics) && code === ExitCode.ok) code = ExitCode.invalid;
    } catch (error) {
      const problem = explainError(error);
      host.error(problem.message + '\n');
      code = problem.exitCode;
    }
  }
  await writeResult(
    host,
    options.format === 'json' ? toJson(checked.flatMap(diagnosticData)) : textOf(checked),
    options,
  );
  return code;
}

/** Positions count from 1, as in every compiler's messages. */
const diagnosticData = ({ file, diagnostics }: Checked): object[] =>
  diagnostics.map(({ code, severity, message, range: { start, end } }) => ({
    file,
    code,
    severity,
    message,
    line: start.line + 1,
    column: start.column + 1,
    endLine: end.line + 1,
    endColumn: end.column + 1,
  }));

const textOf = (checked: readonly Checked[]): string =>
  checked.flatMap(({ file, diagnostics }) => diagnostics.map((d) => `${describe(file, d)}\n`)).join('');

export const describe = (file: string, { code, severity, message, range: { start } }: Diagnostic): string =>
  `${file}:${start.line + 1}:${start.column + 1}: ${severity} ${code}: ${message}`;
