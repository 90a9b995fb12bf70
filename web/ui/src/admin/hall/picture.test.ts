import { describe, expect, it } from 'vitest'
import { base64Of, fitted, methodsOf } from './picture'

describe('picture', () => {
  it('is made smaller by its longest side, never larger', () => {
    expect(fitted(1920, 1080)).toEqual({ width: 960, height: 540 })
    expect(fitted(3000, 4000)).toEqual({ width: 720, height: 960 })
    expect(fitted(240, 320)).toEqual({ width: 240, height: 320 })
  })

  it('goes without the head of its address', () => {
    expect(base64Of('data:image/jpeg;base64,/9j/4AAQ')).toBe('/9j/4AAQ')
  })
})

describe('methods', () => {
  it('have the machine only where the rules do, and people first', () => {
    expect(methodsOf({})).toEqual(['manual', 'photo'])
    expect(methodsOf({ face: { threshold: 800 } })).toEqual(['manual', 'photo', 'face'])
  })
})
