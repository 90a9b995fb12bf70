// SHA-256 (FIPS 180-4) of a text in UTF-8. The console too is used on plain-http LAN addresses, where the browser has
// no digest of its own; Safe Exam Browser knows passwords by this one.

const primes = (n: number): number[] => {
  const found: number[] = []
  for (let c = 2; found.length < n; c++) if (found.every((p) => c % p)) found.push(c)
  return found
}
/** The first 32 bits of the fraction of x. */
const fraction = (x: number): number => ((x - Math.floor(x)) * 0x1_0000_0000) >>> 0

const start = primes(8).map((p) => fraction(Math.sqrt(p)))
const rounds = primes(64).map((p) => fraction(Math.cbrt(p)))

const turn = (x: number, n: number): number => (x >>> n) | (x << (32 - n))

/** The message with a one bit, zeros, and its length in bits at the end of the last block. */
function padded(message: Uint8Array): DataView {
  const size = Math.ceil((message.length + 9) / 64) * 64
  const bytes = new Uint8Array(size)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setUint32(size - 8, Math.floor(message.length / 0x2000_0000))
  view.setUint32(size - 4, (message.length << 3) >>> 0)
  return view
}

function schedule(view: DataView, at: number): number[] {
  const w = Array.from({ length: 16 }, (_, i) => view.getUint32(at + i * 4))
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15]!
    const b = w[i - 2]!
    const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)
    const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10)
    w.push((w[i - 16]! + s0 + w[i - 7]! + s1) | 0)
  }
  return w
}

function compress(state: number[], w: number[]): number[] {
  let [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + rounds[i]! + w[i]!) | 0
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0]
  }
  return [a, b, c, d, e, f, g, h].map((x, i) => (x + state[i]!) | 0)
}

/** The digest in 64 lower-case hex digits. */
export function sha256(text: string): string {
  const view = padded(new TextEncoder().encode(text))
  let state = start
  for (let at = 0; at < view.byteLength; at += 64) state = compress(state, schedule(view, at))
  return state.map((x) => (x >>> 0).toString(16).padStart(8, '0')).join('')
}
