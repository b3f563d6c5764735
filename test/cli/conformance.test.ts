/** The counting rules of facts/trace-rules.md, seen through `ptscope run --format json`, as a person would check them. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { RunReport } from '../../src/cli/report/runReport';
import { agrees, settingsOf } from '../oracle/agreement';
import type { Config } from '../oracle/traceOracle';
import { expected, FILES, fixture } from '../trace/support';
import { bundleCli } from './bundle';
import { ROOT, runJson, temporaryFolder } from './support';

const flags = (config: Config): string[] => settingsOf(config).flatMap((setting) => ['--set', setting]);

describe('ptscope run of a real trace', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  for (const file of FILES) {
    describe(file, () => {
      const bytes = fixture(file);
      const plain = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
      for (const [name, { config, result }] of Object.entries(expected[file].configs)) {
        it(`counts what the rules count, plain and gzip: ${name}`, async () => {
          const text = folder.file('plain.lackey', plain);
          const gzip = folder.file('trace.gz', file.endsWith('.gz') ? bytes : gzipSync(plain));
          for (const trace of [text, gzip]) agrees(await runJson(trace, ...flags(config)), result);
        });
      }
    });
  }

  for (const [file, name] of [
    ['hand.lackey', 'default'],
    ['python-200k.lackey.gz', 'tiny_strict_inclusive'],
  ] as const) {
    it(`counts the same in the bundled command line: ${file}, ${name}`, () => {
      const cli = bundleCli(folder.path('cli.js'));
      const { config, result } = expected[file].configs[name];
      const trace = path.join(ROOT, 'test/fixtures/traces', file);
      const out = execFileSync(process.execPath, [cli, 'run', trace, '--format', 'json', ...flags(config)], {
        encoding: 'utf8',
      });
      agrees(JSON.parse(out) as RunReport, result);
    });
  }
});
