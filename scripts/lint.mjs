/** ESLint and Prettier over the whole tree: `npm run lint` checks, `npm run format` (--fix) mends. */
import { parseArgs } from 'node:util';
import { main, tool } from './lib/run.mjs';

await main(async () => {
  const { values } = parseArgs({ options: { fix: { type: 'boolean' } } });
  const eslint = await tool('eslint/bin/eslint.js', ['.', '--max-warnings', '0', ...(values.fix ? ['--fix'] : [])]);
  const prettier = await tool('prettier/bin/prettier.cjs', [
    '.',
    '--log-level=warn',
    '--cache',
    '--cache-location=.cache/prettier',
    values.fix ? '--write' : '--check',
  ]);
  return eslint || prettier;
});
