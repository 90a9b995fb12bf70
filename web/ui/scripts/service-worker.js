// Keeps __PAGE__ working without a network. The page and its hashed files are one set, cached as a whole when this
// version is installed, and served from there: a tablet that starts without a network, or with a bad one, has its page
// at once, and no page ever runs with files of another version. Calls under /api are never touched.
//
// A newer version is fetched in the background and waits. It takes over when the page says so, which it does when a
// person has tapped, or when no page of the old version is open any more: never in the middle of a module.
const cacheName = '__CACHE__'
const page = '__PAGE__'
const files = __FILES__

const family = cacheName.replace(/-[^-]*$/, '-')

self.addEventListener('install', (event) => {
  // reload: past the browser's own cache, which may hold the page of the version before.
  const fresh = files.map((file) => new Request(file, { cache: 'reload' }))
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(fresh)))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((n) => n.startsWith(family) && n !== cacheName).map((n) => caches.delete(n)),
        ),
      )
      .then(() => self.clients.claim()), // the very first page works without a network too
  )
})

self.addEventListener('message', (event) => {
  if (event.data && event.data.t === 'take_over') self.skipWaiting()
})

/** What this version keeps under an address, else what the network has. */
function kept(path, request) {
  return caches
    .open(cacheName)
    .then((cache) => cache.match(path))
    .then((hit) => hit || fetch(request))
}

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request
  const { origin, pathname } = new URL(url)
  if (method !== 'GET' || origin !== self.location.origin || pathname.startsWith('/api/')) return
  if (mode === 'navigate') {
    if (pathname === page || pathname.startsWith(`${page}/`)) event.respondWith(kept(page, event.request))
  } else if (files.includes(pathname)) {
    event.respondWith(kept(pathname, event.request))
  }
})
