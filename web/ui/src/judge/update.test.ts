import { describe, expect, it, vi } from 'vitest'
import { keepPage } from './update'

class FakeWorker extends EventTarget {
  state = 'installing'
  postMessage = vi.fn()
  becomes(state: string): void {
    this.state = state
    this.dispatchEvent(new Event('statechange'))
  }
}

class FakeRegistration extends EventTarget {
  waiting: FakeWorker | null = null
  installing: FakeWorker | null = null
  update = vi.fn(async () => {})
  finds(worker: FakeWorker): void {
    this.installing = worker
    this.dispatchEvent(new Event('updatefound'))
  }
}

class FakeWorkers extends EventTarget {
  controller: object | null = null
  registration = new FakeRegistration()
  ready = Promise.resolve(this.registration)
  register = vi.fn(async () => this.registration)
}

async function kept(change: (w: FakeWorkers) => void = () => {}) {
  const workers = new FakeWorkers()
  change(workers)
  const reload = vi.fn()
  const timers: (() => void)[] = []
  const page = keepPage('/judge-sw.js', '/judge', {
    workers: workers as never,
    reload,
    every: (f) => void timers.push(f),
  })
  await new Promise((done) => setTimeout(done))
  return { workers, reload, timers, page }
}

describe('the kept page', () => {
  it('is kept for its own scope, past the cache of the browser', async () => {
    const { workers, page, timers } = await kept()
    expect(workers.register).toHaveBeenCalledWith('/judge-sw.js', { scope: '/judge', updateViaCache: 'none' })
    expect(page.kept.value).toBe(true)
    expect(page.ready.value).toBe(false)
    timers.forEach((f) => f())
    expect(workers.registration.update).toHaveBeenCalledOnce()
  })

  it('says nothing of the very first version', async () => {
    const { workers, page, reload } = await kept()
    const first = new FakeWorker()
    workers.registration.finds(first)
    first.becomes('installed')
    expect(page.ready.value).toBe(false)
    workers.dispatchEvent(new Event('controllerchange'))
    expect(reload).not.toHaveBeenCalled()
  })

  it('waits for the tap, then lets the newer version take over and loads it', async () => {
    const { workers, page, reload } = await kept((w) => (w.controller = {}))
    page.apply() // nothing waits
    const next = new FakeWorker()
    workers.registration.finds(next)
    expect(page.ready.value).toBe(false)
    next.becomes('installed')
    expect(page.ready.value).toBe(true)
    expect(next.postMessage).not.toHaveBeenCalled()
    page.apply()
    expect(next.postMessage).toHaveBeenCalledWith({ t: 'take_over' })
    expect(reload).not.toHaveBeenCalled()
    workers.dispatchEvent(new Event('controllerchange'))
    expect(reload).toHaveBeenCalledOnce()
  })

  it('finds a version that waited before the page was opened', async () => {
    const waiting = new FakeWorker()
    const { page } = await kept((w) => {
      w.controller = {}
      w.registration.waiting = waiting
    })
    expect(page.ready.value).toBe(true)
    page.apply()
    expect(waiting.postMessage).toHaveBeenCalled()
  })

  it('says in the log that the page cannot be kept, and works on', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { page } = await kept((w) => (w.register = vi.fn(async () => Promise.reject(new Error('no TLS')))))
    expect(error).toHaveBeenCalled()
    expect(page.ready.value).toBe(false)
  })
})
