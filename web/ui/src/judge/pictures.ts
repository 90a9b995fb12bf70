// Pictures of the work: made smaller on the tablet before they are kept. Drawing them anew also leaves behind what
// cameras write into files: places, names of devices and owners.

/** The longest edge of what is kept, in pixels: a reading on a gauge stays readable. */
export const longEdge = 2048

/** The longest edge of the small picture. */
export const thumbEdge = 240

/** The server takes no larger file, in bytes (engine.MaxEvidence). */
export const maxBytes = 5 << 20

/** The size of a picture whose longest edge is to be at most `edge`; it is never made larger. */
export function fit(width: number, height: number, edge: number): { width: number; height: number } {
  const longest = Math.max(width, height)
  if (longest <= edge) return { width, height }
  const scaled = (n: number): number => Math.max(1, Math.round((n * edge) / longest))
  return { width: scaled(width), height: scaled(height) }
}

/** A picture ready to be kept. */
export interface Taken {
  bytes: ArrayBuffer
  /** A small JPEG as a data: address. */
  thumb: string
}

/** Decodes a file turned the right way round; rejects when it is no picture that the browser knows. */
async function decode(file: Blob): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(file)
  try {
    const image = new Image()
    await new Promise<void>((done, fail) => {
      image.onload = () => done()
      image.onerror = () => fail(new Error('not a picture'))
      image.src = url
    })
    return image
  } finally {
    URL.revokeObjectURL(url)
  }
}

function draw(image: HTMLImageElement, edge: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, fit(image.naturalWidth, image.naturalHeight, edge))
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.fillStyle = '#ffffff' // JPEG has no transparency
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas
}

function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((done, fail) =>
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('not encoded'))), 'image/jpeg', quality),
  )
}

/** Takes a picture in: smaller, as JPEG, without what the camera wrote into it. Rejects when it is none. */
export async function takeIn(file: Blob): Promise<Taken> {
  const image = await decode(file)
  const canvas = draw(image, longEdge)
  let blob = await encode(canvas, 0.86)
  if (blob.size > maxBytes) blob = await encode(canvas, 0.6)
  if (blob.size > maxBytes) throw new Error('too large')
  const thumb = draw(image, thumbEdge).toDataURL('image/jpeg', 0.7)
  return { bytes: await blob.arrayBuffer(), thumb }
}
