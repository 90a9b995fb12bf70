// A picture for the comparison of faces: small enough to send, and only in the page's memory.

const longest = 960
const quality = 0.85

/** What a canvas gives as a data address, without the head: base64. */
export function base64Of(address: string): string {
  return address.slice(address.indexOf(',') + 1)
}

/** Width and height so that neither is longer than the longest side allowed. */
export function fitted(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height, 1))
  return { width: Math.round(width * scale), height: Math.round(height * scale) }
}

/** Draws a picture or the camera's frame, made smaller, as a JPEG data address. */
export function jpegOf(source: CanvasImageSource, width: number, height: number): string {
  const canvas = document.createElement('canvas')
  const size = fitted(width, height)
  Object.assign(canvas, size)
  canvas.getContext('2d')!.drawImage(source, 0, 0, size.width, size.height)
  return canvas.toDataURL('image/jpeg', quality)
}

/** The methods of checking identity; a machine only where the rules have it, and never first. */
export function methodsOf(rules: { face?: unknown }): ('manual' | 'photo' | 'face')[] {
  return rules.face ? ['manual', 'photo', 'face'] : ['manual', 'photo']
}
