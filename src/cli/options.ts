/** The options that commands on a machine share, as commander parses them (design CLI). */
import { type Command, InvalidArgumentError, Option } from 'commander';

export interface MachineCommandOptions<Format extends string = 'text' | 'json'> {
  scheme?: string;
  /** In the order given: later ones override. */
  set: string[];
  limit?: number;
  format: Format;
  output?: string;
  stacks?: string;
  quiet?: boolean;
  progress: boolean;
}

export const TEXT_OR_JSON = ['text', 'json'];

const append = (value: string, earlier: string[]): string[] => [...earlier, value];

/** `10_000` is a whole number here as in a scenario. */
export function wholeNumber(text: string): number {
  const value = /^[0-9][0-9_]*$/.test(text) ? Number(text.replace(/_/g, '')) : NaN;
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

export const formatOption = (choices: readonly string[]): Option =>
  new Option('--format <format>', 'how the result is written').choices(choices).default(choices[0]);

export const atOption = (): Option =>
  new Option('--at <tick>', 'look after this many ticks of the run (default: at its end)').argParser(wholeNumber);

export function addMachineOptions(command: Command, formats: readonly string[] = TEXT_OR_JSON): Command {
  return command
    .option('--scheme <scheme>', 'translation scheme, an argument after a colon: radix, radix:5, pae, linear:30')
    .option('--set <key=value>', 'any key of the machine block, e.g. "dtlb=4K 64x4"; repeatable', append, [])
    .addOption(new Option('--limit <n>', 'accesses to run at most').argParser(wholeNumber))
    .addOption(formatOption(formats))
    .option('--output <file>', 'write the result to a file instead of standard output')
    .option('--stacks <file>', 'write kernel work as folded stacks')
    .option('--quiet', 'only what went wrong')
    .option('--no-progress', 'no progress line');
}
