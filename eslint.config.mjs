import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const lengths = (functionLines) => ({
  'max-lines': ['error', { max: 300 }],
  'max-lines-per-function': ['error', { max: functionLines }],
});

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      '.followthrough/',
      'node_modules/',
      'bench/node_modules/',
      'bench/results/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: {
        module: 'writable',
        require: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
    rules: lengths(50),
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...lengths(50),
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // The compiler says it, and knows about underscores.
      '@typescript-eslint/no-unused-vars': 'off',
      // A port is asynchronous whether its implementation has to wait or not.
      '@typescript-eslint/require-await': 'off',
      // Our objects are made of closures: there is no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }] },
  },
  {
    // The body of a workflow reads as one page.
    files: ['src/workflows/**/*.ts'],
    rules: {
      ...lengths(80),
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^node:', message: 'Workflows replay: nothing of Node may reach them.' }] },
      ],
    },
  },
  {
    // A describe callback is a list of tests, not a function to read.
    files: ['test/**/*.test.ts'],
    rules: {
      'max-lines-per-function': 'off',
      // Jest's asymmetric matchers (expect.any and its kin) are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    // Their packages are installed by `npm run bench` only: without them every type there is unknown.
    files: ['bench/peers/**/*.ts'],
    ...tseslint.configs.disableTypeChecked,
  },
  prettier,
);
