import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

const features = ['home', 'exam', 'judge', 'board', 'admin']
const kits = ['element-plus', 'element-plus/*', 'pinia', 'vue-router', 'echarts', 'echarts/*']

// app → features → shared: features do not import one another, shared imports no feature.
const boundaries = features.map((feature) => ({
  files: [`src/${feature}/**/*.{ts,vue}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: features.filter((f) => f !== feature).map((f) => `**/${f}/**`),
            message: 'Features do not import one another.',
          },
          ...(feature === 'admin' ? [] : [{ group: kits, message: 'Only the console loads a kit.' }]),
        ],
      },
    ],
  },
}))

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/shared/api.gen.ts', 'scripts/service-worker.js'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      'no-undef': 'off', // the type check knows better
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/no-v-html': 'error',
      // The exam runs on plain-http LAN addresses, where these do not exist.
      'no-restricted-properties': [
        'error',
        { object: 'crypto', property: 'randomUUID' },
        { object: 'crypto', property: 'subtle' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['src/shared/**/*.{ts,vue}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: features.map((f) => `**/${f}/**`), message: 'shared imports no feature.' },
            { group: kits, message: 'Only the console loads a kit.' },
          ],
        },
      ],
    },
  },
  ...boundaries,
)
