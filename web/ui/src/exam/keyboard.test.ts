import { describe, expect, it } from 'vitest'
import { choose, keyAction, type KeyPress } from './keyboard'

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
