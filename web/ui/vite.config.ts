import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'
import {
  budgets,
  type Budget,
  formulaFonts,
  pageRoutes,
  precompress,
  serviceWorker,
} from './scripts/bundle.ts'

/**
 * One entry page each; a page never downloads another page's code or strings. Pages of one group share chunks; each
 * group is a build of its own (--mode), all into the same folder. The candidate's page stands alone, so that no other
 * page adds to its copy of Vue or renames its files; the console stands alone because of its kit.
 */
const groups: Record<string, string[]> = {
  exam: ['exam'],
  screens: ['index', 'judge', 'board'],
  admin: ['admin'],
}
const pages = Object.values(groups).flat()

/** Chrome 109 on Windows 7, the Chromium-based browsers of UOS and Kylin, Safe Exam Browser 3. */
const browsers = ['chrome80', 'firefox78', 'safari13.1']

const kits = ['element-plus', 'echarts', 'vue-router', 'pinia']

const limits: Record<string, Budget> = {
  exam: { kilobytes: 45, without: kits },
  judge: { kilobytes: 56, without: kits },
  board: { kilobytes: 50, without: kits },
  admin: { kilobytes: 200, without: ['echarts'] }, // sign-in and frame; each page is fetched when it is opened
}

export default defineConfig(({ command, mode }) => {
  const built = groups[mode] ?? pages
  const kit = command === 'serve' || built.includes('admin')
  return {
    plugins: [
      vue(),
      formulaFonts(),
      // ElX in a template imports that component and its CSS; only the console may use them.
      ...(kit
        ? [Components({ dirs: [], dts: false, resolvers: [ElementPlusResolver({ importStyle: 'css' })] })]
        : []),
      pageRoutes(pages),
      ...(built.includes('judge')
        ? [
            serviceWorker({
              page: 'judge',
              file: 'judge-sw.js',
              also: ['judge.webmanifest', 'favicon.svg', 'icons/judge-192.png', 'icons/judge-512.png'],
            }),
          ]
        : []),
      ...(mode in groups
        ? [budgets(Object.fromEntries(Object.entries(limits).filter(([p]) => built.includes(p))))]
        : []),
      precompress(),
    ],
    define: { __VUE_OPTIONS_API__: String(kit), __VUE_PROD_DEVTOOLS__: 'false' },
    build: {
      target: browsers,
      cssTarget: browsers,
      emptyOutDir: mode !== 'screens' && mode !== 'admin', // the first group empties it,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0, // data: URLs are outside the content security policy
      rollupOptions: {
        output: {
          // Named, so that a change of one page does not rename what the others keep cached.
          codeSplitting: { groups: [{ name: 'vue', test: /node_modules\/(@vue|vue)\// }] },
        },
        input: Object.fromEntries(built.map((page) => [page, resolve(import.meta.dirname, `${page}.html`)])),
      },
    },
    server: {
      host: '127.0.0.1',
      proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true, changeOrigin: false } },
    },
    test: {
      environment: 'happy-dom',
      include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
      restoreMocks: true,
    },
  }
})
