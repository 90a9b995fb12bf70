import { beforeEach, describe, expect, it, vi } from 'vitest'
import { hasMessage, installMessages, lang, resetLang, setLang, t, text } from './i18n'

installMessages({ 'test.left': '还剩 {n} 题，共 {all} 题', 'test.zh': '只有中文' }, async () => ({
  default: { 'test.left': '{n} of {all} left' },
}))

describe('t', () => {
  beforeEach(() => resetLang())

  it('starts in Chinese and fills placeholders', () => {
    expect(lang.value).toBe('zh-CN')
    expect(t('test.left', { n: 3, all: 10 })).toBe('还剩 3 题，共 10 题')
  })

  it('switches, remembers and tells the document', async () => {
    setLang('en')
    await vi.waitFor(() => expect(t('common.close')).toBe('Close'))
    expect(t('test.left', { n: 3, all: 10 })).toBe('3 of 10 left')
    expect(localStorage.getItem('xinglu.lang')).toBe('en')
    expect(document.documentElement.lang).toBe('en')
  })

  it('shows gaps instead of hiding them', () => {
    expect(t('test.absent')).toBe('test.absent')
    expect(t('test.left', { n: 0 })).toBe('还剩 0 题，共 {all} 题')
    expect(hasMessage('test.absent')).toBe(false)
    setLang('en')
    expect(t('test.zh')).toBe('只有中文')
  })

  it('takes the other language of a server text when one is empty', () => {
    setLang('en')
    expect(text({ zh: '电工', en: '' })).toBe('电工')
    expect(text({ zh: '电工', en: 'Electrician' })).toBe('Electrician')
    expect(text(undefined)).toBe('')
  })
})
