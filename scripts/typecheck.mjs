/** tsc over the two projects: what runs in Node and extension hosts, and what runs inside webviews. */
import { main, tool } from './lib/run.mjs';

await main(async () => {
  for (const project of ['tsconfig.json', 'webview/tsconfig.json']) {
    const code = await tool('typescript/bin/tsc', ['-p', project, '--pretty', String(Boolean(process.stdout.isTTY))]);
    if (code !== 0) return code;
  }
  return 0;
});
