// @vitest-environment node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'

const origin = 'https://hall.test:8443'

class FakeRequest {
  readonly url: string
  readonly method: string
  readonly mode: string
  readonly cache: string
  constructor(url: string, init: { method?: string; mode?: string; cache?: string } = {}) {
    this.url = new URL(url, origin).href
    this.method = init.method ?? 'GET'
    this.mode = init.mode ?? 'cors'
    this.cache = init.cache ?? 'default'
  }
}

/** What the server has now; nothing while there is no network. */
class Network {
  files: Record<string, string> | undefined
  fetch = async (r: FakeRequest): Promise<string> => {
    const body = this.files?.[new URL(r.url).pathname]
    if (body === undefined) throw new TypeError('network')
    return body
  }
}

/** The caches of one browser. They outlive workers. */
class FakeCaches {
  readonly all = new Map<string, Map<string, string>>()
  private readonly network: Network
  constructor(network: Network) {
    this.network = network
  }

  async open(name: string) {
    const cache = this.all.get(name) ?? new Map<string, string>()
    this.all.set(name, cache)
    return {
      addAll: async (requests: FakeRequest[]) => {
        const got: [string, string][] = []
        for (const r of requests) {
          if (r.cache !== 'reload') throw new Error('the browser cache was asked')
          got.push([new URL(r.url).pathname, await this.network.fetch(r)]) // all or nothing
        }
        for (const [path, body] of got) cache.set(path, body)
      },
      match: async (path: string) => cache.get(path),
    }
  }
  keys = async () => [...this.all.keys()]
  delete = async (name: string) => this.all.delete(name)
}

type Handler = (event: object) => void

/** A worker of one version, as the browser runs it. */
function worker(version: string, caches: FakeCaches, network: Network) {
  const handlers = new Map<string, Handler>()
  const state = { skipped: 0, claimed: 0 }
  const self = {
    addEventListener: (name: string, f: Handler) => void handlers.set(name, f),
    skipWaiting: () => void state.skipped++,
    clients: { claim: async () => void state.claimed++ },
    location: { origin },
  }
  const source = readFileSync(join(import.meta.dirname, 'service-worker.js'), 'utf8')
    .replace(/__CACHE__/g, `xinglu-judge-${version}`)
    .replace(/__PAGE__/g, '/judge')
    .replace(/__FILES__/g, JSON.stringify(['/judge', `/assets/judge-${version}.js`]))
  new Function('self', 'caches', 'fetch', 'Request', source)(self, caches, network.fetch, FakeRequest)
  const life = async (name: string): Promise<void> => {
    let work: Promise<unknown> = Promise.resolve()
    handlers.get(name)!({ waitUntil: (p: Promise<unknown>) => void (work = p) })
    await work
  }
  return {
    state,
    install: () => life('install'),
    activate: () => life('activate'),
    message: (data: unknown) => handlers.get('message')!({ data }),
    /** The answer of the worker; undefined when it leaves the request to the browser. */
    ask: (url: string, init?: { method?: string; mode?: string }): Promise<string> | undefined => {
      let answer: Promise<string> | undefined
      handlers.get('fetch')!({
        request: new FakeRequest(url, init),
        respondWith: (p: Promise<string>) => void (answer = p),
      })
      return answer
    },
  }
}

const served = (version: string) => ({
  '/judge': `page ${version}`,
  [`/assets/judge-${version}.js`]: `script ${version}`,
})

describe('the service worker of the judge page', () => {
  let network: Network
  let caches: FakeCaches

  beforeEach(() => {
    network = new Network()
    network.files = served('v1')
    caches = new FakeCaches(network)
  })

  async function installed(version: string) {
    const w = worker(version, caches, network)
    await w.install()
    return w
  }

  it('opens the page and its files without a network', async () => {
    const w = await installed('v1')
    await w.activate()
    expect(w.state.claimed).toBe(1)
    network.files = undefined
    expect(await w.ask('/judge', { mode: 'navigate' })).toBe('page v1')
    expect(await w.ask('/judge/x?lang=en#a', { mode: 'navigate' })).toBe('page v1')
    expect(await w.ask('/assets/judge-v1.js')).toBe('script v1')
  })

  it('touches neither the API, nor other pages, nor what is sent', async () => {
    const w = await installed('v1')
    for (const [url, init] of [
      ['/api/judge/sheets', {}],
      ['/api/judge/pair', { method: 'POST' }],
      ['/judge', { method: 'POST', mode: 'navigate' }],
      ['/admin', { mode: 'navigate' }],
      ['/judgement', { mode: 'navigate' }],
      ['/', { mode: 'navigate' }],
      ['/assets/admin-x.js', {}],
      ['https://elsewhere.test/judge', { mode: 'navigate' }],
    ] as const)
      expect(w.ask(url, init), url).toBeUndefined()
    expect([...caches.all.values()].flatMap((c) => [...c.keys()])).toEqual(['/judge', '/assets/judge-v1.js'])
  })

  it('keeps a new version waiting, and the old one whole, until somebody taps', async () => {
    const old = await installed('v1')
    await old.activate()
    network.files = served('v2')
    const next = await installed('v2')
    expect(next.state.skipped).toBe(0)
    // In the middle of a module, even with a network, the page that runs goes on as it is.
    expect(await old.ask('/judge', { mode: 'navigate' })).toBe('page v1')
    expect(await old.ask('/assets/judge-v1.js')).toBe('script v1')
    next.message(undefined)
    next.message({ t: 'nothing' })
    expect(next.state.skipped).toBe(0)
    next.message({ t: 'take_over' })
    expect(next.state.skipped).toBe(1)
    await next.activate()
    expect(await next.ask('/judge', { mode: 'navigate' })).toBe('page v2')
    expect([...caches.all.keys()]).toEqual(['xinglu-judge-v2'])
  })

  it('installs a version as a whole or not at all', async () => {
    const old = await installed('v1')
    await old.activate()
    network.files = { '/judge': 'page v2' } // the other node has not been updated yet
    await expect(worker('v2', caches, network).install()).rejects.toThrow('network')
    network.files = undefined
    expect(await old.ask('/judge', { mode: 'navigate' })).toBe('page v1')
    expect(await old.ask('/assets/judge-v1.js')).toBe('script v1')
  })

  it('leaves the caches of other pages alone', async () => {
    await (await caches.open('xinglu-board-x')).addAll([])
    await (await caches.open('xinglu-judge-old')).addAll([])
    const w = await installed('v1')
    await w.activate()
    expect([...caches.all.keys()].sort()).toEqual(['xinglu-board-x', 'xinglu-judge-v1'])
  })

  it('asks the network when its cache was lost', async () => {
    const w = await installed('v1')
    caches.all.clear()
    expect(await w.ask('/judge', { mode: 'navigate' })).toBe('page v1')
  })
})
