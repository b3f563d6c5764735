/**
 * What `ptscope test` found out, as its JSON has it and as the Test Explorer shows it: one suite a file and one a test of
 * it, one case an `expect`. An interface: fields are added, never renamed.
 */

/** A place in a scenario. */
export interface TestPlace {
  /** From 1. */
  line: number;
  /** The included file that it stands in; absent: the scenario itself. */
  file?: string;
}

export interface TestFailure {
  /** What the scenario says about it; may be empty. */
  message: string;
  /** What was the case instead, as a sentence. */
  actual: string;
  /** The tick in which it failed: where a debugger goes to look at it. */
  tick: number;
  /** Both sides, where the condition compares two values. */
  compared?: { actual: string; operator: string; expected: string };
}

export interface TestCase extends TestPlace {
  text: string;
  status: 'passed' | 'failed' | 'notReached';
  failures: TestFailure[];
}

export interface TestOutput extends TestPlace {
  text: string;
}

export interface TestSuite {
  file: string;
  /** Name of the test; absent: what stands outside of tests. */
  test?: string;
  seconds: number;
  cases: TestCase[];
  /** What it printed. */
  output?: TestOutput[];
  /** Why the file did not run, or did not run to its end. */
  error?: string;
  /** Where and in which tick it ended, if it ended badly while it ran. */
  errorAt?: TestPlace & { tick: number };
}

/** What to run. `tests`: names; the empty one is what stands outside of tests; absent: everything. */
export interface TestRequest {
  /** A path, or a URI as text where the file is in no local file system. */
  program: string;
  tests?: readonly string[];
}
