/**
 * npm run bench: the benchmarks of bench/*.ts, one after the other so that they do not disturb each other.
 *   node scripts/bench.mjs [NAME [ARGUMENTS…]]
 */
import { readdirSync } from 'node:fs';
import { installProject } from './lib/install.mjs';
import { step } from './lib/log.mjs';
import { fromRoot } from './lib/paths.mjs';
import { main, Problem, run } from './lib/run.mjs';

await main(async () => {
  await installProject();
  const [wanted, ...args] = process.argv.slice(2);
  const names = readdirSync(fromRoot('bench'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length));
  if (wanted && !names.includes(wanted)) throw new Problem(`no benchmark ${wanted}; there are ${names.join(', ')}`);
  for (const name of wanted ? [wanted] : names) {
    const script = ['--require', 'tsx/cjs', `bench/${name}.ts`, ...args];
    const code = await step(name, () => run(process.execPath, script));
    if (code !== 0) return code;
  }
  return 0;
});
