// Build steps of the screens: size budgets per page, gzip copies, the judge's service worker, and
// short page addresses for the development server.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Plugin, Rollup } from 'vite'

type Bundle = Rollup.OutputBundle

/**
 * Files that a page loads before it can work: its entry, everything imported statically, and their CSS; with `lazy`
 * also what it fetches later.
 */
export function closure(bundle: Bundle, page: string, lazy = false): { files: string[]; modules: string[] } {
  const entry = Object.values(bundle).find((f) => f.type === 'chunk' && f.isEntry && f.name === page)
  if (!entry) throw new Error(`page ${page} has no entry chunk in the bundle`)
  const files = new Set<string>()
  const modules = new Set<string>()
  const visit = (name: string): void => {
    const file = bundle[name]
    if (files.has(name) || file?.type !== 'chunk') return
    files.add(name)
    for (const id of Object.keys(file.modules)) modules.add(id)
    for (const css of file.viteMetadata?.importedCss ?? []) files.add(css)
    file.imports.forEach(visit)
    if (lazy) file.dynamicImports.forEach(visit)
  }
  visit(entry.fileName)
  return { files: [...files], modules: [...modules] }
}

function gzipSize(bundle: Bundle, name: string): number {
  const file = bundle[name]
  if (!file) return 0
  return gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length
}

/** What a page may weigh (gzip -9, JS and CSS of its static closure) and which packages it must not load. */
export interface Budget {
  kilobytes: number
  without: string[]
}

/** Fails the build when a page outgrows its budget or drags in a package it must not load. */
export function budgets(limits: Record<string, Budget>): Plugin {
  return {
    name: 'xinglu-budgets',
    apply: 'build',
    writeBundle(_options, bundle) {
      for (const [page, limit] of Object.entries(limits)) {
        const { files, modules } = closure(bundle, page)
        const sizes = files.map((name) => gzipSize(bundle, name) / 1000)
        const size = sizes.reduce((sum, kb) => sum + kb, 0)
        const parts = files.map((name, i) => `${name.replace('assets/', '')} ${sizes[i]!.toFixed(1)}`)
        console.log(`${page}: ${size.toFixed(1)} KB of ${limit.kilobytes} KB gz (${parts.join(', ')})`)
        if (size > limit.kilobytes) {
          this.error(`page ${page} weighs ${size.toFixed(1)} KB gz, its budget is ${limit.kilobytes} KB`)
        }
        for (const banned of limit.without) {
          const found = modules.find((id) => id.includes(`/node_modules/${banned}/`))
          if (found) this.error(`page ${page} must not load ${banned}, but it does: ${found}`)
        }
      }
    },
  }
}

/** Writes name.gz beside every text file of the finished build, for the server to send as it is. */
export function precompress(): Plugin {
  let root = ''
  return {
    name: 'xinglu-precompress',
    configResolved(config) {
      root = resolve(config.root, config.build.outDir)
    },
    apply: 'build',
    enforce: 'post',
    closeBundle() {
      for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(html|js|css|svg|json)$/.test(name)) continue
        writeFileSync(join(root, `${name}.gz`), gzipSync(readFileSync(join(root, name)), { level: 9 }))
      }
    },
  }
}

/**
 * Emits a service worker that keeps one page with all its parts, and the named files of public/, for work without a
 * network. It needs a secure context; the page registers it with scope `/<page>`. The cache name is the hash of
 * everything that is kept, so that a new build replaces the old files as a whole, also when only the page has changed.
 */
export function serviceWorker(options: { page: string; file: string; also?: string[] }): Plugin {
  let folder = ''
  return {
    name: 'xinglu-service-worker',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      folder = config.publicDir
    },
    generateBundle(_options, bundle) {
      const also = options.also ?? []
      const hashed = closure(bundle, options.page, true).files
      const files = [...hashed, ...also].map((name) => `/${name}`)
      const template = readFileSync(join(import.meta.dirname, 'service-worker.js'), 'utf8')
      const html = bundle[`${options.page}.html`]
      if (html?.type !== 'asset') this.error(`the page ${options.page}.html is not in the bundle yet`)
      const hash = createHash('sha256').update(template).update(files.join('\n')).update(html.source)
      for (const name of also) hash.update(readFileSync(join(folder, name)))
      const values: Record<string, string> = {
        __PAGE__: `/${options.page}`,
        __CACHE__: `xinglu-${options.page}-${hash.digest('hex').slice(0, 12)}`,
        __FILES__: JSON.stringify([`/${options.page}`, ...files]),
      }
      const source = template.replace(/__[A-Z]+__/g, (name) => values[name] ?? name)
      this.emitFile({ type: 'asset', fileName: options.file, source })
    },
  }
}

/** Leaves KaTeX's fonts in the one format that every browser here reads; the older ones would treble their size. */
export function formulaFonts(): Plugin {
  return {
    name: 'xinglu-formula-fonts',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/katex\/dist\/katex(\.min)?\.css/.test(id)) return undefined
      return code.replace(/,\s*url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)/g, '')
    },
  }
}

/** Makes the development server answer /exam as the program does. */
export function pageRoutes(pages: string[]): Plugin {
  return {
    name: 'xinglu-page-routes',
    configureServer(server) {
      server.middlewares.use((req, _res, next) => {
        const page = /^\/([a-z]+)(?=[/?]|$)/.exec(req.url ?? '')?.[1]
        const isFile = /\.[a-z]+(\?|$)/.test(req.url ?? '')
        if (page && pages.includes(page) && !isFile) req.url = `/${page}.html`
        next()
      })
    },
  }
}
