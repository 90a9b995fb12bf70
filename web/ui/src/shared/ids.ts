// Identifiers made in the browser. They use getRandomValues, which also exists on plain-http LAN addresses.

/** A new random identifier: 128 bits as 32 hexadecimal digits. */
export function newID(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

/** The identifier of this browser on this machine, made once and kept. */
export function deviceID(): string {
  const key = 'xinglu.device'
  let id = localStorage.getItem(key)
  if (!id) {
    id = newID()
    localStorage.setItem(key, id)
  }
  return id
}
