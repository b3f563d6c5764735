/** How long a session takes to answer while it is busy with something else. */
import type { DebugClient } from '@vscode/debugadapter-testsupport';
import { randomBelow } from '../../src/machine/core/random';

/** What an editor asks at any time. Those that need a stopped machine are refused, and that is an answer. */
const QUESTIONS: readonly (readonly [command: string, args: object])[] = [
  ['threads', {}],
  ['evaluate', { expression: 'tick', context: 'watch' }],
  ['stackTrace', { threadId: 1 }],
  ['cancel', { progressId: 'of somebody else' }],
];
const LONGEST_PAUSE_MS = 40;

/** Asks at random moments until `over`; milliseconds until each answer. `seed` chooses the moments. */
export async function latenciesUntil(client: DebugClient, over: () => boolean, seed = 1): Promise<number[]> {
  const latencies: number[] = [];
  for (let i = 0; !over(); i++) {
    await new Promise((resolve) => setTimeout(resolve, randomBelow(seed, i, LONGEST_PAUSE_MS)));
    const began = performance.now();
    await client.customRequest(...QUESTIONS[i % QUESTIONS.length]).catch(() => undefined);
    latencies.push(performance.now() - began);
  }
  return latencies;
}

export interface Latency {
  requests: number;
  medianMs: number;
  p95Ms: number;
  maxMs: number;
}

export function latencyOf(latencies: readonly number[]): Latency {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { requests: sorted.length, medianMs: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}

export const latencyText = ({ requests, medianMs, p95Ms, maxMs }: Latency): string =>
  `${requests} requests, median ${medianMs.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms, max ${maxMs.toFixed(1)} ms`;
