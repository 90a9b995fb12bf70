// Files that the server makes for a person: they come as bytes and go to the browser's downloads.
import { Problem } from '../shared/api'

/** Posts to the console's API and gives the file that it answers; rejects with a Problem. */
export async function fetchFile(path: string, body?: unknown): Promise<Blob> {
  let response: Response
  try {
    response = await fetch('/api/admin' + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'X-Xinglu': '1', 'Content-Type': 'application/json' },
      credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch {
    throw new Problem(0, { code: 'network' })
  }
  if (response.ok) return response.blob()
  const problem: unknown = await response.json().catch(() => ({}))
  throw new Problem(response.status, typeof problem === 'object' && problem ? problem : {})
}

/** Hands a file to the browser as a download. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
