/** `ptscope fmt FILE…`: lays scenarios out in the one way; `--check` only says which are not. */
import { format } from '../../scenario/language/formatter';
import { hasErrors } from '../../scenario/language/diagnostics';
import { parse } from '../../scenario/language/parser';
import { readScenario } from '../../scenario/run/load';
import { CliError, explainError, ExitCode } from '../exit';
import type { CliHost } from '../host';
import { writeFile } from '../session';
import { describe } from './check';

export async function fmt(host: CliHost, files: readonly string[], options: { check?: boolean }): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  for (const file of files) {
    try {
      const text = await readScenario(file, host.files);
      const formatted = formatScenario(file, text);
      if (formatted === text) continue;
      if (options.check === true) {
        host.out(`${file}: not formatted\n`);
        // Something that was to hold does not, as with an `expect`.
        if (code === ExitCode.ok) code = ExitCode.expectFailed;
      } else {
        await writeFile(host, file, formatted);
        host.out(`${file}: formatted\n`);
      }
    } catch (error) {
      const problem = explainError(error);
      host.error(problem.message + '\n');
      code = problem.exitCode;
    }
  }
  return code;
}

/** A file that cannot be read as a scenario is left alone: it may not be one. */
function formatScenario(file: string, text: string): string {
  const { diagnostics } = parse(text);
  if (!hasErrors(diagnostics)) return format(text);
  throw new CliError(ExitCode.invalid, describe(file, diagnostics.filter((d) => d.severity === 'error')[0]));
}
