/** The C++ model of the same hardware: compiled with -O2 where a compiler is, and run on a workload's file. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle';

/** What both models count. */
export interface Counts {
  l1hit: number;
  l2hit: number;
  walks: number;
  walkRefs: number;
  faults: number;
  dassist: number;
  pwc: number[];
}

export const COUNT_NAMES = ['l1hit', 'l2hit', 'walks', 'walkRefs', 'faults', 'dassist', 'pwc'] as const;

/** Path of the compiled reference; `undefined` if there is no C++ compiler. */
export function compileReference(): string | undefined {
  const folder = join(root, '.cache/bench');
  const binary = join(folder, 'reference');
  mkdirSync(folder, { recursive: true });
  for (const compiler of ['g++', 'clang++']) {
    const source = join(root, 'bench/reference/mmu.cpp');
    const { status, error } = spawnSync(compiler, ['-O2', '-std=c++17', '-o', binary, source], { encoding: 'utf8' });
    if (error === undefined && status === 0) return binary;
  }
  return undefined;
}

/** CPU seconds of one run over the file, and what it counted. */
export function runReference(binary: string, file: string): { seconds: number; counts: Counts } {
  const { status, stdout } = spawnSync(binary, [file, '1'], { encoding: 'utf8' });
  if (status !== 0) throw new Error('the reference failed');
  const result = JSON.parse(stdout) as Counts & { macc: number; n: number };
  return { seconds: result.n / result.macc / 1e6, counts: result };
}
