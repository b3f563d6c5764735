/** The command line as it is shipped: one file, bundled into a folder of the test's own. */
import { buildSync } from 'esbuild';
import { ROOT } from './support';

export function bundleCli(outfile: string): string {
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: ['src/hosts/cli.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
}
