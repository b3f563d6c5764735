/** Which files can be debugged. Pure, so that tests need no editor. */

export const SCENARIO_SUFFIX = '.ptscen';
export const TRACE_SUFFIXES = ['.lackey', '.lackey.gz'];

export function isScenario(path: string): boolean {
  return path.toLowerCase().endsWith(SCENARIO_SUFFIX);
}

export function isTrace(path: string): boolean {
  return TRACE_SUFFIXES.some((suffix) => path.toLowerCase().endsWith(suffix));
}

export function isProgram(path: string): boolean {
  return isScenario(path) || isTrace(path);
}

export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
