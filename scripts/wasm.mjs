/**
 * npm run wasm: compiles src/machine/mmu/wasm/stride.ts (AssemblyScript) into src/machine/mmu/strideCode.ts. The compiler is no
 * dependency of the project, because it is a hundred times as large as what it is for, and few people change that loop: it is fetched.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { note } from './lib/log.mjs';
import { cache, fromRoot } from './lib/paths.mjs';
import { main, npm } from './lib/run.mjs';

const COMPILER = 'assemblyscript@0.28.20';
const SOURCE = 'src/machine/mmu/wasm/stride.ts';
const TARGET = 'src/machine/mmu/strideCode.ts';
/** What decides what comes out. */
const SOURCES = [SOURCE, 'src/machine/mmu/wasm/layout.ts', 'src/machine/mmu/bits.ts', 'scripts/wasm.mjs'];
const OPTIONS = [
  '-O3',
  '--converge',
  '--enable',
  'simd',
  '--runtime',
  'stub',
  '--noAssert',
  '--importMemory',
  '--initialMemory',
  '1',
];

/** Of the sources, so that a test can tell whether somebody has forgotten to compile. */
export function checksumOfSources() {
  const hash = createHash('sha256');
  for (const source of SOURCES) hash.update(readFileSync(fromRoot(source), 'utf8').replaceAll('\r\n', '\n'));
  return hash.digest('hex').slice(0, 16);
}

async function compile() {
  const binary = path.join(cache, 'stride.wasm');
  mkdirSync(cache, { recursive: true });
  await npm(['exec', '--yes', '--package', COMPILER, '--', 'asc', fromRoot(SOURCE), '-o', binary, ...OPTIONS]);
  const bytes = readFileSync(binary);
  const lines = [
    `/** Compiled from wasm/stride.ts by \`npm run wasm\`, as hexadecimal digits. Sources: ${checksumOfSources()}. */`,
    `export const STRIDE_CODE =`,
    `  '${bytes.toString('hex')}';`,
    '',
  ];
  writeFileSync(fromRoot(TARGET), lines.join('\n'));
  note(`${TARGET}: ${bytes.length} bytes of code`);
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(compile);
