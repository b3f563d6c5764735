import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Machine } from '../../src/machine/machine';
import type { MachineConfig } from '../../src/scenario/language/machineConfig';
import { PRESET_NAMES } from '../../src/scenario/language/machineConfig';
import { defaultConfig } from '../../src/scenario/language/presets';
import { applyOverride } from '../../src/scenario/language/settings';
import { machineOptions } from '../../src/scenario/run/configure';
import { type MachineWords, machineWords } from '../../src/cli/report/machineWords';
import { example, runJson } from './support';

const SETTINGS = [
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

const apply = (config: MachineConfig, text: string): MachineConfig => {
  const result = applyOverride(config, text);
  assert.deepEqual(result.diagnostics, [], text);
  return result.config;
};

const wordsOf = (config: MachineConfig): MachineWords => machineWords(config, new Machine(machineOptions(config)));

const asSettings = (words: MachineWords): string[] =>
  Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'object' ? Object.entries(value).map(([name, v]) => `${key}=${name} ${v}`) : [`${key}=${value}`],
  );

describe('the machine in the result of a run', () => {
  it('is written in words that make the same machine again', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...SETTINGS), { maxLength: 6 }), (settings) => {
        const words = wordsOf(settings.reduce(apply, defaultConfig()));
        assert.deepEqual(wordsOf(asSettings(words).reduce(apply, defaultConfig())), words);
      }),
    );
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
