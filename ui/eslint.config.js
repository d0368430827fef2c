import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** Doors to the network: only ui/client may open them. */
const doors = ['fetch', 'WebSocket', 'XMLHttpRequest', 'EventSource'].map((name) => ({
  name,
  message: 'Ask ui/client: it knows the keys, the retries and the problems.',
}));

const typed = {
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  'no-console': 'error',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
};

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', '**/schema.gen.ts', 'e2e/results/**'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ['**/*.ts', '**/*.svelte'],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.ts', '*.js'] },
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: typed,
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/button-has-type': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['kit/**', 'talk/**', 'apps/**'], rules: { 'no-restricted-globals': ['error', ...doors] } },
  {
    files: ['kit/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['@visavis/*', '**/apps/**'] }] },
  },
  {
    files: ['client/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['@visavis/*', 'svelte', 'svelte/*', '**/apps/**'] }],
    },
  },
  {
    files: ['talk/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['**/apps/**', '@visavis/desk*', '@visavis/widget*'] }] },
  },
  { files: ['e2e/**', '**/*.test.ts', '**/*.js', '**/vite.config.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['**/*.js'], ...ts.configs.disableTypeChecked },
);
