// The parts of the page that not every candidate needs. They are fetched quietly once the paper is there, with its
// pictures and the fonts of its formulas, so that everything is at hand when the network goes.
import { htmlOf } from './paper'
import type { SeatPaper } from './wire'

/** How long to wait before a part that did not arrive is asked for again, in ms. */
const again = 3_000

/** A part that is fetched once, however often that takes. */
function part<T>(fetch: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined
  const load = async (): Promise<T> => {
    for (;;) {
      try {
        return await fetch()
      } catch (error) {
        console.error('a part of the page did not arrive; trying again', error)
        await new Promise((resolve) => setTimeout(resolve, again))
      }
    }
  }
  return () => (loading ??= load())
}

/** Answers other than choices, and what surrounds them. */
export const loadKinds = part(() => import('./kinds'))

/** Dialogs: display, keys, history, figures, announcements. */
export const loadTools = part(() => import('./tools'))

/** The rescue file, with its cipher. */
export const loadRescue = part(() => import('./rescue'))

/** The hash of what the seat reports at its end. */
export const loadDigest = part(() => import('./digest'))

/** The style sheet of formulas. */
const loadFormulas = part(() => import('./formulas'))

/** Fetches everything that this paper may need later. */
export async function prefetch(paper: SeatPaper): Promise<void> {
  await Promise.all([loadKinds(), loadTools(), loadRescue(), loadDigest()])
  const html = htmlOf(paper)
  if (html.includes('class="katex')) await loadFormulas()
  if (html) warm(html)
}

/**
 * Shows the texts where nobody sees them, for the browser to fetch the pictures and exactly those fonts that they use.
 * `html` is the server's safe subset.
 */
function warm(html: string): void {
  const stage = document.createElement('div')
  stage.className = 'visually-hidden'
  stage.setAttribute('aria-hidden', 'true')
  stage.innerHTML = html
  for (const image of stage.querySelectorAll('img')) image.alt = ''
  document.body.appendChild(stage)
  setTimeout(() => stage.remove(), 10_000)
}
