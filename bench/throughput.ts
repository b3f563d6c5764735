/**
 * How many accesses a second the machine runs: `npm run bench throughput [-- --json]`.
 *
 * The measured code is bundled first, as it is shipped: const enums are inlined only there, and under tsx everything is
 * several times slower.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(__dirname, '..');
const outfile = join(root, '.cache/bench/throughput.js');
buildSync({
  absWorkingDir: root,
  entryPoints: ['bench/worker/throughput.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
});
const { status } = spawnSync(process.execPath, [outfile, root, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
