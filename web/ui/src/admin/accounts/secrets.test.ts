import { describe, expect, it } from 'vitest'
import { newPassword, newPIN } from './secrets'

describe('secrets', () => {
  it('make PINs of six digits', () => {
    for (let i = 0; i < 50; i++) expect(newPIN()).toMatch(/^\d{6}$/)
  })

  it('make passwords without look-alikes', () => {
    for (let i = 0; i < 50; i++) expect(newPassword()).toMatch(/^[a-km-np-zA-HJ-NP-Z2-9]{14}$/)
  })
})
