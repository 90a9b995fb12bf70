import { describe, expect, it } from 'vitest'
import { choose, fieldKey, isField, keyAction, type KeyPress } from './keyboard'

const press = (key: string, code = '', rest: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  repeat: false,
  ...rest,
})

describe('keyAction', () => {
  it.each<[string, KeyPress, unknown]>([
    ['A', press('a', 'KeyA'), { do: 'choose', index: 0 }],
    ['D with capitals on', press('D', 'KeyD'), { do: 'choose', index: 3 }],
    ['B while a Chinese input method is on', press('Process', 'KeyB'), { do: 'choose', index: 1 }],
    ['3', press('3', 'Digit3'), { do: 'choose', index: 2 }],
    ['2 on the number block', press('2', 'Numpad2'), { do: 'choose', index: 1 }],
    ['a letter beyond the options', press('e', 'KeyE'), undefined],
    ['a letter that is no option', press('z', 'KeyZ'), undefined],
    ['←', press('ArrowLeft'), { do: 'move', by: -1 }],
    ['→ held down', press('ArrowRight', '', { repeat: true }), { do: 'move', by: 1 }],
    ['space', press(' ', 'Space'), { do: 'flag' }],
    ['a letter held down', press('a', 'KeyA', { repeat: true }), undefined],
    ['R', press('r', 'KeyR'), { do: 'read' }],
    ['?', press('?', 'Slash'), { do: 'help' }],
    ['Ctrl+A', press('a', 'KeyA', { ctrlKey: true }), undefined],
    ['Tab', press('Tab', 'Tab'), undefined],
  ])('%s', (_name, key, want) => {
    expect(keyAction(key, 4, false)).toEqual(want)
  })

  it('leaves the space bar to a focused button', () => {
    expect(keyAction(press(' ', 'Space'), 4, true)).toBeUndefined()
  })
})

describe('choose', () => {
  const all = ['a', 'b', 'c']

  it('replaces in single choice', () => {
    expect(choose(['a'], 'b', all, false)).toEqual(['b'])
  })

  it('toggles in multiple choice and keeps the order of the options', () => {
    expect(choose(['c'], 'a', all, true)).toEqual(['a', 'c'])
    expect(choose(['a', 'c'], 'a', all, true)).toEqual(['c'])
  })
})

describe('keys off the options', () => {
  it('go into the answer of other kinds', () => {
    expect(keyAction(press('Enter', 'Enter'), 0, false)).toEqual({ do: 'enter' })
    expect(keyAction(press('ArrowDown', 'ArrowDown'), 0, false)).toEqual({ do: 'enter' })
    expect(keyAction(press('Enter', 'Enter'), 0, true, true)).toBeUndefined() // a button's own
    expect(keyAction(press('ArrowDown', 'ArrowDown'), 4, false)).toBeUndefined() // a radio's own
    expect(keyAction(press('1', 'Digit1'), 0, false)).toBeUndefined()
  })

  it('leave typing alone but for Esc and Ctrl+Enter', () => {
    expect(fieldKey(press('a', 'KeyA'))).toBeUndefined()
    expect(fieldKey(press('ArrowRight'))).toBeUndefined()
    expect(fieldKey(press('Escape'))).toBe('leave')
    expect(fieldKey(press('Enter', 'Enter', { ctrlKey: true }))).toBe('next')
    expect(fieldKey({ ...press('Escape'), isComposing: true })).toBeUndefined()
  })

  it('know a field', () => {
    const make = (tag: string, type = ''): HTMLElement =>
      Object.assign(document.createElement(tag), type && { type })
    expect([make('textarea'), make('select'), make('input', 'text')].map(isField)).toEqual([true, true, true])
    expect([make('input', 'radio'), make('button'), make('article')].map(isField)).toEqual([
      false,
      false,
      false,
    ])
  })
})
