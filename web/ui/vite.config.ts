import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'
import { budgets, pageRoutes, precompress, serviceWorker } from './scripts/bundle.ts'

/** One entry page each; a page never downloads another page's code or strings. */
const pages = ['exam', 'judge', 'board', 'admin']

/** Chrome 109 on Windows 7, the Chromium-based browsers of UOS and Kylin, Safe Exam Browser 3. */
const browsers = ['chrome80', 'firefox78', 'safari13.1']

export default defineConfig({
  plugins: [
    vue(),
    // Only the console uses a component kit; ElX in a template imports that component and its CSS.
    Components({ dirs: [], dts: false, resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
    pageRoutes(pages),
    serviceWorker({ page: 'judge', file: 'judge-sw.js' }),
    budgets({
      exam: { kilobytes: 45, without: ['element-plus', 'echarts', 'vue-router', 'pinia'] },
      judge: { kilobytes: 50, without: ['element-plus', 'echarts', 'vue-router', 'pinia'] },
      board: { kilobytes: 50, without: ['element-plus', 'echarts', 'vue-router', 'pinia'] },
    }),
    precompress(),
  ],
  define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    target: browsers,
    cssTarget: browsers,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // data: URLs are outside the content security policy
    rollupOptions: {
      output: {
        // Named, so that a change of one page does not rename what the others keep cached.
        advancedChunks: { groups: [{ name: 'vue', test: /node_modules\/(@vue|vue)\// }] },
      },
      input: Object.fromEntries(pages.map((page) => [page, resolve(import.meta.dirname, `${page}.html`)])),
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
})
