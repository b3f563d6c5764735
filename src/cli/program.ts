/** The commands and their options, as commander parses them, and the one place where errors become messages. */
import { Command, CommanderError, Option } from 'commander';
import { check, type CheckOptions } from './commands/check';
import { compare, type CompareOptions } from './commands/compare';
import { fmt } from './commands/fmt';
import { run, type RunOptions } from './commands/run';
import { tables, TABLE_FORMATS, type TablesOptions } from './commands/tables';
import { test, TEST_FORMATS, type TestOptions } from './commands/test';
import { traceInfo, type TraceInfoOptions } from './commands/traceInfo';
import { walk, type WalkOptions } from './commands/walk';
import { USUAL_SCHEMES } from '../scenario/run/comparedSchemes';
import { explainError, ExitCode } from './exit';
import type { CliHost } from './host';
import { addMachineOptions, atOption, formatOption, TEXT_OR_JSON, wholeNumber } from './options';

/** Runs one command line (without `node ptscope`); resolves to the exit code. */
export async function runCommandLine(args: readonly string[], host: CliHost): Promise<number> {
  let code: ExitCode = ExitCode.ok;
  const program = makeProgram(host, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has said what is wrong; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.invalid;
    const { message, exitCode } = explainError(error);
    host.error(`${message}\n`);
    return exitCode;
  }
}

function makeProgram(host: CliHost, done: (code: ExitCode) => void): Command {
  const program = new Command('ptscope')
    .description('A debugger for page tables, without an editor.')
    .version(host.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => host.out(text), writeErr: (text) => host.error(text) });

  addMachineOptions(program.command('run <file>'))
    .description('run a scenario or a trace, and say what happened')
    .option('--first-fault', 'run to the first page fault and print its listing')
    .action(async (file: string, options: RunOptions) => done(await run(host, file, options)));

  program
    .command('test <files...>')
    .description("run every file's expectations")
    .addOption(formatOption(TEST_FORMATS))
    .option(
      '--test <name>',
      'only this test; "" is what stands outside of tests; repeatable',
      (name: string, earlier: string[] = []) => [...earlier, name],
    )
    .option('--output <file>', 'write the result to a file instead of standard output')
    .option('--no-progress', 'no progress line')
    .action(async (files: string[], options: TestOptions) => done(await test(host, files, options)));

  program
    .command('check <files...>')
    .description('say what is wrong with scenarios without running them')
    .addOption(formatOption(TEXT_OR_JSON))
    .option('--output <file>', 'write the result to a file instead of standard output')
    .action(async (files: string[], options: CheckOptions) => done(await check(host, files, options)));

  program
    .command('fmt <files...>')
    .description('lay scenarios out')
    .option('--check', 'change nothing; exit code 1 if a file is not formatted')
    .action(async (files: string[], options: { check?: boolean }) => done(await fmt(host, files, options)));

  addMachineOptions(program.command('walk <file> <address>'))
    .description('print how an address (0x…, or an expression such as heap+0x10) is translated')
    .addOption(atOption())
    .option('--root <name>', 'under this root table of a snapshot (default: its first)')
    .action(async (file: string, address: string, options: WalkOptions) =>
      done(await walk(host, file, address, options)),
    );

  addMachineOptions(program.command('tables <file>'), TABLE_FORMATS)
    .description('print what the page tables of a run or of a snapshot map')
    .addOption(atOption())
    .option('--process <name>', 'of this process (default: the one that runs); `host`: of the host below a guest')
    .option('--root <name>', 'of this root table of a snapshot, by name or CR3 value (default: its first)')
    .option('--leaves', 'leaf by leaf instead of in runs of pages')
    .action(async (file: string, options: TablesOptions) => done(await tables(host, file, options)));

  const trace = program.command('trace').description('traces of other tools');
  trace
    .command('info <file>')
    .description('what a trace holds: format, records, pages, inferred regions')
    .addOption(formatOption(TEXT_OR_JSON))
    .option('--output <file>', 'write the result to a file instead of standard output')
    .option('--no-progress', 'no progress line')
    .action(async (file: string, options: TraceInfoOptions) => done(await traceInfo(host, file, options)));

  addMachineOptions(program.command('compare <file>'))
    .description('run the same thing under several schemes, and put the numbers side by side')
    .option('--schemes <list>', `schemes, separated by commas (default: ${USUAL_SCHEMES.join(', ')})`)
    .action(async (file: string, options: CompareOptions) => done(await compare(host, file, options)));

  program
    .command('dap')
    .description('serve the Debug Adapter Protocol on standard input and output')
    .addOption(new Option('--port <n>', 'listen on this port of 127.0.0.1 instead').argParser(wholeNumber))
    .action(({ port }: { port?: number }) =>
      host.startDap(port === undefined ? { kind: 'stdio' } : { kind: 'port', port }),
    );

  return program;
}
