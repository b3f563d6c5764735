/** What `ptscope test` found out: one suite a file and one a test of it, one case an `expect`, and a case for a bad end. */
import type { TestCase, TestSuite } from '../../protocol/tests';

export const passed = (suite: TestSuite): number => suite.cases.filter((c) => c.status === 'passed').length;
export const failed = (suite: TestSuite): number => suite.cases.filter((c) => c.status === 'failed').length;
export const notReached = (suite: TestSuite): number => suite.cases.filter((c) => c.status === 'notReached').length;

/** `heap.ptscen`, or `heap.ptscen: first touch`. */
const titleOf = ({ file, test }: TestSuite): string => (test === undefined ? file : `${file}: ${test}`);

const lineOf = ({ line, file }: TestCase): string => `line ${line}${file === undefined ? '' : ` of ${file}`}`;

const reasons = ({ failures }: TestCase): string[] =>
  failures.map(({ message, actual }) => (message === '' ? actual : `${message}: ${actual}`));

const MARKS = { passed: '✓', failed: '✗', notReached: '–' } as const;

export function spec(suites: readonly TestSuite[]): string {
  const lines = suites.flatMap((suite) => [
    titleOf(suite),
    ...suite.cases.flatMap((c) => [
      `  ${MARKS[c.status]} ${lineOf(c)}: ${c.text}${c.status === 'notReached' ? ' (not reached)' : ''}`,
      ...reasons(c).map((reason) => `      ${reason}`),
    ]),
    ...(suite.error === undefined ? [] : [`  ✗ ${suite.error}`]),
    '',
  ]);
  const sum = (of: (suite: TestSuite) => number): number => suites.reduce((n, suite) => n + of(suite), 0);
  const parts = [`${sum(passed)} passed`, `${sum(failed) + sum((s) => (s.error === undefined ? 0 : 1))} failed`];
  if (sum(notReached) > 0) parts.push(`${sum(notReached)} not reached`);
  return [...lines, parts.join(', ')].join('\n') + '\n';
}

/** Test Anything Protocol, version 14. */
export function tap(suites: readonly TestSuite[]): string {
  const lines: string[] = [];
  let n = 0;
  const point = (ok: boolean, title: string, why: readonly string[], directive = ''): void => {
    lines.push(`${ok ? 'ok' : 'not ok'} ${++n} - ${title.replace(/#/g, '\\#')}${directive}`);
    if (why.length > 0) lines.push('  ---', ...why.map((w) => `  message: ${JSON.stringify(w)}`), '  ...');
  };
  for (const suite of suites) {
    for (const c of suite.cases) {
      const directive = c.status === 'notReached' ? ' # SKIP not reached' : '';
      point(
        c.status !== 'failed',
        `${c.file ?? suite.file}:${c.line}: ${c.text}`,
        [reasons(c).join('; ')].filter(Boolean),
        directive,
      );
    }
    if (suite.error !== undefined) point(false, `${titleOf(suite)}: runs to its end`, [suite.error]);
    else if (suite.cases.length === 0) point(true, `${titleOf(suite)}: runs to its end`, []);
  }
  return ['TAP version 14', `1..${n}`, ...lines].join('\n') + '\n';
}

export function junit(suites: readonly TestSuite[]): string {
  const body = suites.map((suite) => {
    const name = titleOf(suite);
    const cases = suite.cases.map((c) => caseXml(name, `${lineOf(c)}: ${c.text}`, contentOf(c)));
    if (suite.error !== undefined)
      cases.push(caseXml(name, 'runs to its end', [tag('error', { message: suite.error })]));
    else if (cases.length === 0) cases.push(caseXml(name, 'runs to its end', []));
    const attributes = {
      name,
      tests: cases.length,
      failures: failed(suite),
      errors: suite.error === undefined ? 0 : 1,
      skipped: notReached(suite),
      time: suite.seconds.toFixed(3),
    };
    return tag('testsuite', attributes, cases);
  });
  return '<?xml version="1.0" encoding="UTF-8"?>\n' + tag('testsuites', {}, body) + '\n';
}

const contentOf = (c: TestCase): string[] => {
  if (c.status === 'notReached') return [tag('skipped', { message: 'not reached' })];
  return reasons(c).map((message) => tag('failure', { message }));
};

const caseXml = (classname: string, name: string, content: readonly string[]): string =>
  tag('testcase', { classname, name }, content);

function tag(name: string, attributes: Record<string, string | number>, content: readonly string[] = []): string {
  const list = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('');
  if (content.length === 0) return `<${name}${list}/>`;
  const inner = content.join('\n').replace(/^/gm, '  ');
  return `<${name}${list}>\n${inner}\n</${name}>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no way to write most control characters; line ends in attributes must be written as references. */
const escaped = (text: string): string =>
  text
    .replace(/[&<>"]/g, (c) => ENTITIES[c])
    .replace(/[\n\r\t]/g, (c) => `&#${c.charCodeAt(0)};`)
    // eslint-disable-next-line no-control-regex
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');
