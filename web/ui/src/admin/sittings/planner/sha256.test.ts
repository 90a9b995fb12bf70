import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sha256 } from './sha256'

describe('sha256', () => {
  // FIPS 180-4 examples (NIST, "SHA-256" example values).
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('of %j is the published value', (text, want) => expect(sha256(text)).toBe(want))

  it('agrees with another implementation at every length of the last block', () => {
    for (let n = 0; n < 140; n++) {
      const text = '监考口令'.repeat(9).slice(0, n % 36) + 'x'.repeat(n)
      expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
    }
  })
})
