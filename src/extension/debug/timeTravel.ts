/** The setting for time travel's memory, as a launch carries it. Pure, so that tests need no editor. */
import type { TimeTravelOptions } from '../../protocol/launch';

/** What a configuration says itself counts more; what it says wrongly is the adapter's to explain. */
export function withTimeTravel<Configuration extends object>(
  configuration: Configuration & { timeTravel?: unknown },
  memoryMegabytes: unknown,
): Configuration & { timeTravel?: unknown } {
  const { timeTravel = {} } = configuration;
  if (memoryMegabytes === undefined || !isOptions(timeTravel)) return configuration;
  return { ...configuration, timeTravel: { memoryMegabytes, ...timeTravel } };
}

const isOptions = (value: unknown): value is TimeTravelOptions =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
