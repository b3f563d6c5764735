/**
 * How fast a lackey trace is imported and opened again, and how small it becomes:
 * `npm run bench trace-import [-- --json] [-- --megabytes N] [-- --rounds N]`.
 *
 * Bundled first, as it is shipped: under tsx the inlined constants of the hot code are looked up.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(__dirname, '..');
const outfile = join(root, '.cache/bench/traceImport.js');
buildSync({
  absWorkingDir: root,
  entryPoints: ['bench/worker/traceImport.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
});
const { status } = spawnSync(process.execPath, [outfile, root, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
