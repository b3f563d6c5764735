/** `help`, made of the table of commands. */
import { badExpression } from '../errors';
import { nearest } from '../../scenario/language/nearest';
import { NAMES, nameRow } from '../../scenario/language/names';
import { columns, type Style } from './style';

interface Explained {
  name: string;
  usage: string;
  summary: string;
  details?: string;
}

export function helpText(commands: readonly Explained[], examples: string, argument: string, style: Style): string {
  const wanted = argument.trim();
  if (wanted === '') return overview(commands, examples, style);
  const command = commands.find(({ name }) => name === wanted);
  if (command) return [style.head(command.usage), `  ${command.summary}`, ...detailsOf(command)].join('\n');
  const row = nameRow(wanted);
  if (row) {
    const parameters = row.parameters ? `(${row.parameters.map(({ name }) => name).join(', ')})` : '';
    return `${style.head(row.name + parameters)}\n  ${row.doc}`;
  }
  const guess = nearest(wanted, [...commands.map(({ name }) => name), ...NAMES.map(({ name }) => name)]);
  const meant = guess === undefined ? '' : ` Did you mean '${guess}'?`;
  throw badExpression(`There is no command and no name '${wanted}'.${meant} 'help' lists the commands.`);
}

const detailsOf = ({ details }: Explained): string[] =>
  (details ?? '')
    .split('\n')
    .filter(Boolean)
    .map((l) => `  ${l}`);

function overview(commands: readonly Explained[], examples: string, style: Style): string {
  const rows = commands.map(({ usage, summary }) => [style.name(usage), summary]);
  return [
    `Any expression is answered: ${examples}.`,
    'set EXPR = EXPR changes an entry, a register or a word of memory. Commands:',
    ...columns(rows, '  '),
    style.quiet("'help NAME' says more of a command, and of any name of the language."),
  ].join('\n');
}
