// The digest of what a seat knows of its answers. SHA-512, because plain-http pages have no crypto.subtle and the
// library of the rescue file has this hash.
import nacl from 'tweetnacl'

/** The first 32 bytes, in hex, of the SHA-512 over the lines in byte order, each with a line feed after it. */
export function journalDigest(lines: string[]): string {
  const text = [...lines].sort().map((line) => `${line}\n`)
  const hash = nacl.hash(new TextEncoder().encode(text.join('')))
  return Array.from(hash.slice(0, 32), (b) => b.toString(16).padStart(2, '0')).join('')
}
