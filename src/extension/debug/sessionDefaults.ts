/** Settings that go with every launch whose configuration does not say otherwise. Pure, so that tests need no editor. */
import type { StepUnit } from '../../protocol/launch';

export interface SessionDefaults {
  stopAtEnd?: boolean;
  stepOver?: StepUnit;
  consoleColors?: boolean;
}

/** Who debugs a test waits for its verdict: such a session ends with the run. */
export function withSessionDefaults<Configuration extends object>(
  configuration: Configuration & { test?: unknown },
  { stopAtEnd, stepOver, consoleColors }: SessionDefaults,
): Configuration & SessionDefaults {
  const defaults: SessionDefaults = {
    ...(stopAtEnd === undefined || configuration.test !== undefined ? {} : { stopAtEnd }),
    ...(stepOver === undefined ? {} : { stepOver }),
    ...(consoleColors === undefined ? {} : { consoleColors }),
  };
  return { ...defaults, ...configuration };
}
