// @vitest-environment node
import { expect, it } from 'vitest'
import type { Rollup } from 'vite'
import { closure } from './bundle.ts'

const chunk = (fileName: string, rest: object) => ({
  type: 'chunk',
  fileName,
  imports: [],
  modules: {},
  ...rest,
})

it('follows static imports and CSS, not lazy pages', () => {
  const bundle = {
    'exam.js': chunk('exam.js', {
      name: 'exam',
      isEntry: true,
      imports: ['vue.js'],
      dynamicImports: ['lazy.js'],
      modules: { '/src/exam/main.ts': {} },
      viteMetadata: { importedCss: new Set(['exam.css']) },
    }),
    'vue.js': chunk('vue.js', { name: 'vue', modules: { '/node_modules/vue/index.js': {} } }),
    'lazy.js': chunk('lazy.js', { name: 'lazy', modules: { '/node_modules/element-plus/index.js': {} } }),
  } as unknown as Rollup.OutputBundle
  const found = closure(bundle, 'exam')
  expect(found.files).toEqual(['exam.js', 'exam.css', 'vue.js'])
  expect(found.modules).toEqual(['/src/exam/main.ts', '/node_modules/vue/index.js'])
})
