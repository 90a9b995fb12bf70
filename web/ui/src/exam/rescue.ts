// The rescue file: what the server may not have, sealed for the server, to be carried to it by the invigilator. NaCl's
// box with a key pair of its own for each file; works on plain-http addresses, where crypto.subtle does not exist.
import nacl from 'tweetnacl'
import type { Receipted } from './saver'
import type { Given, LedgerHead } from './wire'

/** What is inside. */
export interface RescueContent {
  attempt: string
  fence: number
  device: string
  /** Every answer that the server has not acknowledged, the refused ones too. */
  entries: Given[]
  made_at: string
  head?: LedgerHead
  /** The server's signed acknowledgements of this page. */
  receipts: Receipted[]
}

/** The file. All binary members are base64. */
export interface RescueFile {
  v: 1
  attempt: string
  ephemeral: string // X25519 public key
  nonce: string
  box: string
}

/** Bytes as base64. */
export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** Base64 as bytes; throws when it is not base64. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
}

/** Seals the content for the holder of the private half of `key` (base64). */
export function sealRescue(content: RescueContent, key: string): RescueFile {
  const pair = nacl.box.keyPair()
  const nonce = nacl.randomBytes(nacl.box.nonceLength)
  const plain = new TextEncoder().encode(JSON.stringify(content))
  const box = nacl.box(plain, nonce, fromBase64(key), pair.secretKey)
  pair.secretKey.fill(0)
  return {
    v: 1,
    attempt: content.attempt,
    ephemeral: base64(pair.publicKey),
    nonce: base64(nonce),
    box: base64(box),
  }
}

/** Hands a file to the browser to save. */
export function download(name: string, content: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(content)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
