// Reading and furnishing texts of questions. "html" texts are the subset that the server lets through (bank/richtext).

/** Where a fill-in question has its gaps: {{1}}, {{2}}, … */
const gap = /\{\{(\d+)\}\}/

/** A place for an input in the text, and the number of its blank from 1. */
export interface Gap {
  no: number
  place: HTMLElement
}

/**
 * Opens a place in the text for every blank. Formulas are left alone: braces are their own. A blank that the text does
 * not mention gets its place after it, so that none can be lost.
 */
export function openGaps(root: HTMLElement, blanks: number): Gap[] {
  const gaps: Gap[] = []
  const open = (no: number): HTMLElement => {
    const place = document.createElement('span')
    place.className = 'gap'
    gaps.push({ no, place })
    return place
  }
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const texts: Text[] = []
  while (walker.nextNode()) texts.push(walker.currentNode as Text)
  for (let text of texts) {
    if (text.parentElement?.closest('.katex')) continue
    for (let found = gap.exec(text.data); found; found = gap.exec(text.data)) {
      const mark = text.splitText(found.index)
      text = mark.splitText(found[0].length)
      mark.replaceWith(open(Number(found[1])))
    }
  }
  for (let no = 1; no <= blanks; no++) {
    if (!gaps.some((g) => g.no === no)) root.appendChild(open(no))
  }
  return gaps.filter((g) => g.no >= 1 && g.no <= blanks)
}

/** The text as it is spoken or put into a list: without markup, pictures by their description. */
export function plainText(text: string, html: boolean, blank: (no: string) => string = () => '____'): string {
  let plain = text
  if (html) {
    const holder = document.createElement('template') // its content is inert: nothing is fetched
    holder.innerHTML = text
    for (const drawn of holder.content.querySelectorAll('.katex-html, annotation')) drawn.remove()
    for (const image of holder.content.querySelectorAll('img')) image.replaceWith(image.alt)
    for (const part of holder.content.querySelectorAll('p, br, li, tr, td, th')) part.after(' ')
    plain = holder.content.textContent ?? ''
  }
  return plain
    .replace(/\{\{(\d+)\}\}/g, (_whole, no: string) => blank(no))
    .replace(/\s+/g, ' ')
    .trim()
}
