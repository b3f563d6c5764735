/** Measured code is bundled first, as it is shipped: under tsx, const enums are looked up and everything is slower. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';

export const root = join(__dirname, '../..');

/** Bundles bench/worker/NAME.ts; returns the file to run. */
export function bundled(name: string): string {
  const outfile = join(root, `.cache/bench/${name}.js`);
  buildSync({
    absWorkingDir: root,
    entryPoints: [`bench/worker/${name}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
  return outfile;
}
