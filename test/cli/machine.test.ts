import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Machine, refusal } from '../../src/machine/machine';
import { fitHostCaches } from '../../src/machine/paging/nested/format';
import { schemeNamed } from '../../src/machine/paging/registry';
import type { MachineConfig } from '../../src/scenario/language/machineConfig';
import { PRESET_NAMES } from '../../src/scenario/language/machineConfig';
import { defaultConfig } from '../../src/scenario/language/presets';
import { applyOverride } from '../../src/scenario/language/settings';
import { machineOptions } from '../../src/scenario/run/configure';
import { type MachineWords, machineWords } from '../../src/cli/report/machineWords';
import { example, runJson } from './support';

const SCHEMES = [
  ...['radix', 'radix 5', 'radix 32', 'pae', 'linear 30', 'hashed', 'ecpt'],
  ...['fpt L4L3', 'fpt L3L2', 'fpt L4L3+L2L1'],
  ...[
    'nested radix over radix',
    'nested pae over radix 5',
    'nested fpt L3L2 over fpt L4L3',
    'nested linear 30 over radix',
  ],
];

const SETTINGS = [
  ...SCHEMES.map((scheme) => `scheme=${scheme}`),
  ...['thp=madvise', 'zeropage=on', 'pcid=on', 'kpti=on', 'swap=1GiB', 'cpus=3', 'nodes=2', 'replacement=random'],
  ...['flush drop=munmap mprotect', 'emt defaults=all', 'emt defaults=addr_range_void tobj_iter_next'],
  'fpt free=block-first',
  ...['ecpt=published', 'ecpt=released', 'ecpt ways=2 4 0', 'ecpt entries=64', 'ecpt entries=1024 512 256'],
  ...['ecpt cwt=64', 'cwc=4 8', 'ecpt hash=crc', 'ecpt resize=0.35 2', 'ecpt together=on', 'ecpt kick=copy'],
  ...['ecpt thread=alone', 'ecpt move=remove-first', 'ecpt switch=torn', 'ecpt failure=resize', 'ecpt wait=all'],
  ...['ecpt downsize=on', 'ecpt tag0=released'],
  ...['nested tlb=off', 'nested tlb=64x4', 'nested pwc=off', 'nested combined=off', 'nested pages=2M'],
  ...['nested ad=on', 'nested populate=on'],
  ...PRESET_NAMES.map((name) => `preset=${name}`),
  'dtlb=4K 16x2',
  'dtlb=4K 48x3 2M 8xfull',
  'itlb=2M 4x4',
  'stlb=96x12',
  'stlb=1G 4x4',
  'stlb inclusive=strict',
  'pwc=1 2x1 8x4',
  'pwc promote=all',
  'instructions=off',
  'memory=64MiB',
  'seed=7',
  'latency=l2 13',
  'cache=on',
  'cache l2=256KiB x4 14cycles',
  'cache priority=on',
  'cache=off',
  'walker=l2',
  'cost=table_read 12.5',
  'cost=handle_mm_fault 1',
];

/** What the machine is built from, where it heeds it. */
const relevant = (config: MachineConfig): object => {
  const { ecpt, nested, fptFree, walkCaches, ...rest } = machineOptions(config);
  const { hashed, host, levels } = schemeNamed(rest.scheme)!.format;
  const cached =
    host === undefined
      ? nested
      : { ...nested, hostCaches: nested?.hostCaches && fitHostCaches(nested.hostCaches, host) };
  return {
    ...rest,
    // Costs that are what they were are not changed ones.
    costs: undefined,
    ...(rest.scheme === 'ecpt' && { ecpt }),
    ...(host !== undefined && { nested: cached }),
    ...(levels.some(({ wide }) => wide) && { fptFree }),
    ...(hashed === undefined && levels.length > 1 && { walkCaches }),
  };
};

const apply = (config: MachineConfig, text: string): MachineConfig => {
  const result = applyOverride(config, text);
  assert.deepEqual(result.diagnostics, [], text);
  return result.config;
};

/** Leaves a setting out that the others leave no room for. */
function applyIfFit(config: MachineConfig, text: string): MachineConfig {
  const result = applyOverride(config, text);
  return result.diagnostics.length === 0 && refusal(machineOptions(result.config)) === undefined
    ? result.config
    : config;
}

function assertRebuilt(config: MachineConfig): void {
  const words = wordsOf(config);
  const rebuilt = asSettings(words).reduce(apply, defaultConfig());
  assert.deepEqual(wordsOf(rebuilt), words);
  assert.deepEqual(relevant(rebuilt), relevant(config));
}

const wordsOf = (config: MachineConfig): MachineWords => machineWords(config, new Machine(machineOptions(config)));

const asSettings = (words: MachineWords): string[] =>
  Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'object' ? Object.entries(value).map(([name, v]) => `${key}=${name} ${v}`) : [`${key}=${value}`],
  );

describe('the machine in the result of a run', () => {
  it('is written in words that make the same machine again', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...SETTINGS), { maxLength: 12 }), (settings) => {
        const config = ['memory=256MiB', ...settings].reduce(applyIfFit, defaultConfig());
        fc.pre(refusal(machineOptions(config)) === undefined);
        assertRebuilt(config);
      }),
      { numRuns: 100 },
    );
  });

  it('is so for each preset with each scheme', () => {
    for (const preset of PRESET_NAMES)
      for (const scheme of SCHEMES)
        assertRebuilt([`memory=256MiB`, `preset=${preset}`, `scheme=${scheme}`].reduce(apply, defaultConfig()));
  });

  it('shows what --set changed, in the order given, and leaves commas alone', async () => {
    const run = (...settings: string[]): ReturnType<typeof runJson> =>
      runJson(example('01-first-fault.ptscen'), ...settings.flatMap((s) => ['--set', s]));
    const { machine } = await run('dtlb=4K 32x2', 'preset=emt', 'stlb=512x8', 'instructions=off', 'memory=1GiB');
    const { dtlb, stlb, preset, instructions, memory } = machine;
    assert.deepEqual(
      { dtlb, stlb, preset, instructions, memory },
      {
        dtlb: '4K+2M+1G 64x4',
        stlb: '4K+2M 512x8',
        preset: 'emt',
        instructions: 'off',
        memory: 2 ** 30,
      },
    );
    const classroom = await run();
    assert.equal(classroom.machine.pwc, '1 2 4');
    await assert.rejects(run('dtlb=4K 32x2,stlb=512x8'), /32x2,stlb=512x8/);
  });
});
