import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = path.resolve(__dirname, '..');

/** What imports look for; the rules speak of paths alone, so empty modules will do. */
const FILES = [
  'src/protocol/names.ts',
  'src/machine/core/addresses.ts',
  'src/machine/memory/physicalMemory.ts',
  'src/machine/emt/api.ts',
  'src/machine/mmu/instructions.ts',
  'src/machine/mmu/walker.ts',
  'src/machine/paging/format.ts',
  'src/machine/paging/radix/format.ts',
  'src/machine/paging/radix/walker.ts',
  'src/machine/paging/radix/driver.ts',
  'src/machine/paging/radix/driver/tables.ts',
  'src/machine/paging/fpt/format.ts',
  'src/machine/paging/fpt/driver.ts',
  'src/machine/paging/x86/entry.ts',
  'src/machine/kernel/fault.ts',
  'src/machine/machine.ts',
  'src/trace/reader.ts',
  'src/scenario/language/ast.ts',
  'src/scenario/run/program.ts',
  'src/timeline/timeline.ts',
  'src/adapter/session.ts',
  'src/cli/run.ts',
  'src/extension/views.ts',
  'src/hosts/desktop.ts',
  'webview/walk/main.tsx',
];

/** Each row: the importing file, the imported file, and whether the architecture permits it. */
const IMPORTS: [string, string, 'permitted' | 'forbidden'][] = [
  ['src/machine/memory/buddy.ts', 'src/machine/core/addresses.ts', 'permitted'],
  ['src/machine/core/state.ts', 'src/machine/memory/physicalMemory.ts', 'forbidden'],
  ['src/machine/memory/buddy.ts', 'src/protocol/names.ts', 'permitted'],
  ['src/protocol/walk.ts', 'src/machine/core/addresses.ts', 'forbidden'],
  ['src/machine/machine.ts', 'src/machine/kernel/fault.ts', 'permitted'],
  ['src/machine/kernel/fault.ts', 'src/machine/machine.ts', 'forbidden'],
  ['src/machine/kernel/fault.ts', 'src/machine/emt/api.ts', 'permitted'],
  ['src/machine/kernel/fault.ts', 'src/machine/paging/radix/driver.ts', 'forbidden'],
  ['src/machine/kernel/fault.ts', 'src/machine/paging/format.ts', 'forbidden'],
  ['src/machine/kernel/fault.ts', 'src/machine/mmu/walker.ts', 'forbidden'],
  ['src/machine/paging/radix/driver.ts', 'src/machine/kernel/fault.ts', 'forbidden'],
  ['src/machine/paging/radix/driver.ts', 'src/machine/paging/radix/walker.ts', 'forbidden'],
  ['src/machine/paging/radix/driver.ts', 'src/machine/mmu/walker.ts', 'forbidden'],
  ['src/machine/paging/radix/driver.ts', 'src/machine/mmu/instructions.ts', 'permitted'],
  ['src/machine/paging/radix/walker.ts', 'src/machine/paging/radix/driver.ts', 'forbidden'],
  ['src/machine/paging/radix/walker.ts', 'src/machine/mmu/walker.ts', 'permitted'],
  ['src/machine/paging/radix/inspector.ts', 'src/machine/paging/radix/format.ts', 'permitted'],
  ['src/machine/paging/radix/format.ts', 'src/machine/paging/format.ts', 'permitted'],
  ['src/machine/paging/radix/format.ts', 'src/machine/memory/physicalMemory.ts', 'forbidden'],
  ['src/machine/paging/radix/walker.ts', 'src/machine/paging/x86/entry.ts', 'permitted'],
  ['src/machine/paging/radix/driver.ts', 'src/machine/paging/fpt/driver.ts', 'forbidden'],
  ['src/machine/paging/radix/driver.ts', 'src/machine/paging/radix/driver/tables.ts', 'permitted'],
  ['src/machine/paging/radix/driver/tables.ts', 'src/machine/paging/radix/walker.ts', 'forbidden'],
  ['src/machine/paging/radix/walker.ts', 'src/machine/paging/radix/driver/tables.ts', 'forbidden'],
  ['src/machine/paging/fpt/driver.ts', 'src/machine/paging/radix/driver/tables.ts', 'forbidden'],
  ['src/machine/mmu/translate.ts', 'src/machine/paging/radix/driver.ts', 'forbidden'],
  ['src/trace/lackey.ts', 'src/machine/machine.ts', 'permitted'],
  ['src/trace/lackey.ts', 'src/timeline/timeline.ts', 'forbidden'],
  ['src/scenario/language/checker.ts', 'src/machine/paging/radix/format.ts', 'permitted'],
  ['src/scenario/language/checker.ts', 'src/machine/core/addresses.ts', 'permitted'],
  ['src/scenario/language/checker.ts', 'src/machine/paging/radix/driver.ts', 'forbidden'],
  ['src/scenario/language/checker.ts', 'src/machine/machine.ts', 'forbidden'],
  ['src/scenario/language/checker.ts', 'src/machine/memory/physicalMemory.ts', 'forbidden'],
  ['src/scenario/run/compile.ts', 'src/machine/machine.ts', 'permitted'],
  ['src/timeline/tape.ts', 'src/scenario/run/program.ts', 'permitted'],
  ['src/timeline/tape.ts', 'src/adapter/session.ts', 'forbidden'],
  ['src/adapter/session.ts', 'src/timeline/timeline.ts', 'permitted'],
  ['src/cli/run.ts', 'src/adapter/session.ts', 'permitted'],
  ['src/extension/language.ts', 'src/scenario/language/ast.ts', 'permitted'],
  ['src/extension/language.ts', 'src/protocol/names.ts', 'permitted'],
  ['src/extension/language.ts', 'src/machine/machine.ts', 'forbidden'],
  ['src/extension/language.ts', 'src/adapter/session.ts', 'forbidden'],
  ['src/hosts/web.ts', 'src/adapter/session.ts', 'permitted'],
  ['src/hosts/web.ts', 'src/extension/views.ts', 'permitted'],
  ['webview/walk/view.tsx', 'src/protocol/names.ts', 'permitted'],
  ['webview/walk/view.tsx', 'src/machine/core/addresses.ts', 'forbidden'],
];

/** Each row: a file, a line of code in it, and the rule that objects. */
const LINES: [string, string, string | undefined][] = [
  ['src/machine/core/a.ts', "import fs from 'node:fs';", 'no-restricted-imports'],
  ['src/machine/core/a.ts', "import fs from 'fs';", 'no-restricted-imports'],
  ['src/machine/kernel/a.ts', "import vscode from 'vscode';", 'no-restricted-imports'],
  ['src/machine/core/a.ts', 'export const t = Date.now();', 'no-restricted-globals'],
  ['src/machine/core/a.ts', 'export const t = performance.now();', 'no-restricted-globals'],
  ['src/machine/core/a.ts', 'export const t = Math.random();', 'no-restricted-properties'],
  ['src/machine/core/a.ts', "export const m = import('./b');", 'no-restricted-syntax'],
  ['src/machine/core/a.ts', 'export const d = document.body;', 'no-restricted-globals'],
  ['src/machine/core/a.ts', 'export const m = Math.max(1, 2) + new Float64Array(4).length;', undefined],
  ['src/timeline/a.ts', "import vscode from 'vscode';", 'no-restricted-imports'],
  ['src/adapter/a.ts', "import net from 'node:net';", 'no-restricted-imports'],
  ['src/adapter/a.ts', 'export const id = process.pid;', 'no-restricted-globals'],
  ['src/adapter/a.ts', "import type { DebugProtocol } from '@vscode/debugprotocol';", undefined],
  ['src/extension/a.ts', "import vscode from 'vscode';", undefined],
  ['src/extension/a.ts', "import fs from 'node:fs';", 'no-restricted-imports'],
  ['src/cli/a.ts', "import fs from 'node:fs';", undefined],
  ['src/cli/a.ts', "import vscode from 'vscode';", 'no-restricted-imports'],
  ['webview/walk/a.tsx', "import { render } from 'preact';", undefined],
  ['webview/walk/a.tsx', "import vscode from 'vscode';", 'no-restricted-imports'],
];

interface EslintConfig {
  architecture(root: string, schemes: string[]): ESLint.ConfigData[];
}

describe('the rooms', () => {
  let tree: string;
  let eslint: ESLint;

  before(async () => {
    tree = mkdtempSync(path.join(tmpdir(), 'rooms-'));
    for (const file of FILES) {
      mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
      writeFileSync(path.join(tree, file), 'export {};\n');
    }
    const { architecture } = (await import(path.join(root, 'eslint.config.mjs'))) as EslintConfig;
    const parser = { files: ['**/*.{ts,tsx}'], languageOptions: { parser: tseslint.parser } };
    eslint = new ESLint({
      cwd: tree,
      overrideConfigFile: true,
      overrideConfig: [parser, ...architecture(tree, ['radix', 'fpt', 'x86'])] as never,
    });
  });

  after(() => rmSync(tree, { recursive: true, force: true }));

  async function objections(file: string, code: string) {
    const [result] = await eslint.lintText(code, { filePath: path.join(tree, file) });
    return result?.messages.map((message) => message.ruleId ?? message.message) ?? [];
  }

  for (const [from, to, verdict] of IMPORTS) {
    it(`${from} importing ${to} is ${verdict}`, async () => {
      const relative = path.posix.relative(path.posix.dirname(from), to).replace(/\.tsx?$/, '');
      const specifier = relative.startsWith('.') ? relative : `./${relative}`;
      const expected = verdict === 'forbidden' ? ['import-x/no-restricted-paths'] : [];
      const found = await objections(from, `import type {} from '${specifier}';\n`);
      assert.deepEqual([...new Set(found)], expected);
    });
  }

  for (const [file, code, rule] of LINES) {
    it(`${file} ${rule ? 'may not' : 'may'} say: ${code}`, async () => {
      assert.deepEqual(await objections(file, code), rule ? [rule] : []);
    });
  }

  it('are part of the configuration that `npm run lint` uses', async () => {
    const project = new ESLint({ cwd: root });
    const config = (await project.calculateConfigForFile(path.join(root, 'src/protocol/names.ts'))) as {
      rules: Record<string, [number, ...unknown[]]>;
    };
    assert.equal(config.rules['import-x/no-restricted-paths']?.[0], 2);
    assert.equal(config.rules['@typescript-eslint/no-explicit-any']?.[0], 2);
  });
});
