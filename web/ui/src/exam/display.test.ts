// What was arranged for a candidate is the first choice of how the page looks; a choice by hand stays.
import { beforeEach, expect, it } from 'vitest'
import { applyNeeds, display, resetDisplay } from './display'

beforeEach(resetDisplay)

it('begins with what was arranged', () => {
  applyNeeds({ large_type: true, high_contrast: true, read_aloud: true })
  expect({ ...display }).toEqual({ scale: 150, contrast: 'high', spacing: 1.6, aloud: true })
})

it('keeps what the candidate chose on this page', () => {
  Object.assign(display, { scale: 200, contrast: 'dark' })
  applyNeeds({ large_type: true, high_contrast: true })
  expect([display.scale, display.contrast]).toEqual([200, 'dark'])
})
