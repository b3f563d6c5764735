import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import globals from 'globals';
import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';
import { restrictedPaths, ROOMS, rulesOfRoom } from './scripts/rooms.mjs';

/** Every folder under paging/ is a scheme, or code that schemes share; either way none reaches into another scheme. */
function schemes() {
  const entries = readdirSync(new URL('src/machine/paging/', import.meta.url), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** The import rules of the architecture. `root` holds the rooms; a test points it at a tree of its own. */
export function architecture(root, schemeNames) {
  return [
    {
      name: 'ptscope/floors-and-walls',
      files: ['src/**/*.ts', 'webview/**/*.{ts,tsx}'],
      plugins: { 'import-x': importX },
      settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
      rules: {
        'import-x/no-restricted-paths': ['error', { basePath: root, zones: restrictedPaths(schemeNames) }],
      },
    },
    ...ROOMS.map((room) => ({
      name: `ptscope/${room.name}`,
      files: [`${room.files.replace(/\*+$/, '')}${room.files.endsWith('**') ? '**/' : ''}*.{ts,tsx}`],
      rules: rulesOfRoom(room),
    })),
  ];
}

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      'test/e2e/rig/node_modules/',
      'test/e2e/artefacts/',
      '.cache/',
      'coverage/',
    ].concat(
      // AssemblyScript.
      'src/machine/mmu/wasm/stride.ts',
    ),
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked, tseslint.configs.stylistic],
    // The projects by name: half the time that the project service takes for a whole tree.
    languageOptions: {
      parserOptions: { project: ['tsconfig.json', 'webview/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      // Entries of typed arrays are plain numbers; comparing them with a const enum's member is what hot code does.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // Rows of tables carry functions as data; this rule takes every method of such a row for one that needs `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A method of an interface that returns a promise is async even where it has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: globals.node },
  },
  {
    // Functions that travel to the page.
    files: ['test/e2e/**/*.mjs'],
    languageOptions: { globals: { ...globals.node, document: 'readonly' } },
  },
  {
    files: ['test/e2e/ui/**/*.mjs'],
    languageOptions: { globals: globals.mocha },
  },
  ...architecture(import.meta.dirname, schemes()),
);
