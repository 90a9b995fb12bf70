// The page kept on the tablet (scripts/service-worker.js) and its newer versions. A newer version is fetched quietly
// and waits: this page goes on as it is until a person taps, never in the middle of a module.
import { ref, type Ref } from 'vue'

/** The kept page. */
export interface PageUpdate {
  /** Whether a newer version waits for a tap. */
  ready: Readonly<Ref<boolean>>
  /** Whether the page opens without a network from now on. */
  kept: Readonly<Ref<boolean>>
  /** Lets the newer version take over and loads it. What is on this tablet stays. */
  apply: () => void
}

/** How often (ms) the server is asked for a newer version while the page is open; the browser asks at each start. */
const askEvery = 30 * 60_000

/** What the module works with; tests pass their own. */
export interface UpdateParts {
  workers: Pick<ServiceWorkerContainer, 'register' | 'ready' | 'controller' | 'addEventListener'>
  reload: () => void
  every?: (f: () => void, ms: number) => void
}

/**
 * Keeps the page on this tablet. Browsers allow it only over TLS or on the same machine; elsewhere the page has to
 * stay open while there is no network.
 */
export function keepPage(script: string, scope: string, parts: UpdateParts): PageUpdate {
  const ready = ref(false)
  const kept = ref(false)
  let waiting: ServiceWorker | null = null
  let asked = false

  function waits(worker: ServiceWorker | null): void {
    // Without a controller this is the very first version: it has taken over by itself.
    if (!worker || !parts.workers.controller) return
    waiting = worker
    ready.value = true
  }

  function follow(registration: ServiceWorkerRegistration): void {
    waits(registration.waiting)
    registration.addEventListener('updatefound', () => {
      const next = registration.installing
      next?.addEventListener('statechange', () => {
        if (next.state === 'installed') waits(next)
      })
    })
    const every = parts.every ?? ((f, ms) => void setInterval(f, ms))
    every(() => void registration.update().catch(() => {}), askEvery) // no network just now
  }

  parts.workers.addEventListener('controllerchange', () => {
    if (asked) parts.reload()
  })
  parts.workers
    // none: the browser's own cache must not hide a newer worker.
    .register(script, { scope, updateViaCache: 'none' })
    .then(follow)
    .catch((error: unknown) => console.error('the page cannot be kept for work without a network', error))
  void parts.workers.ready.then(() => void (kept.value = true))

  function apply(): void {
    if (!waiting) return
    asked = true
    waiting.postMessage({ t: 'take_over' })
  }

  return { ready, kept, apply }
}
