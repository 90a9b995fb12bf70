import nacl from 'tweetnacl'
import { expect, it } from 'vitest'
import { base64, fromBase64, sealRescue, type RescueContent } from './rescue'

const content: RescueContent = {
  attempt: 'att-1',
  fence: 2,
  device: 'd1',
  entries: [{ question: 'q1', seq: 3, value: ['断电、验电'], flagged: false, mono_ms: 1, wall: '' }],
  made_at: '2026-11-23T01:00:00.000Z',
  head: { seq: 9, hash: 'ff' },
  receipts: [{ question: 'q0', seq: 1, sig: 'c2ln', node: 'n1' }],
}

it('seals for the server alone', () => {
  const server = nacl.box.keyPair()
  const file = sealRescue(content, base64(server.publicKey))
  expect(JSON.stringify(file)).not.toContain('断电')
  const open = (secret: Uint8Array): Uint8Array | null =>
    nacl.box.open(fromBase64(file.box), fromBase64(file.nonce), fromBase64(file.ephemeral), secret)
  expect(JSON.parse(new TextDecoder().decode(open(server.secretKey)!))).toEqual(content)
  expect(open(nacl.box.keyPair().secretKey)).toBeNull()
})

it('uses a new key and nonce for each file', () => {
  const key = base64(nacl.box.keyPair().publicKey)
  const [a, b] = [sealRescue(content, key), sealRescue(content, key)]
  expect(a.ephemeral).not.toBe(b.ephemeral)
  expect(a.nonce).not.toBe(b.nonce)
})
