import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openJournal, type Journal } from './journal'

describe.each(['durable', 'memory'])('journal (%s)', (kind) => {
  let journal: Journal<string>

  beforeEach(async () => {
    vi.stubGlobal('indexedDB', new IDBFactory())
    if (kind === 'memory') {
      vi.spyOn(console, 'error').mockImplementation(() => {})
      vi.spyOn(indexedDB, 'open').mockImplementation(() => {
        throw new DOMException('storage is off', 'SecurityError')
      })
    }
    journal = await openJournal<string>('test')
  })

  it('says whether entries outlive the page', () => {
    expect(journal.durable).toBe(kind === 'durable')
  })

  it('keeps the latest seq of a key, whatever the order of writes', async () => {
    await journal.put({ scope: 'a', key: 'q1', seq: 2, value: 'B' })
    await journal.put({ scope: 'a', key: 'q1', seq: 1, value: 'A' })
    expect(await journal.all('a')).toEqual([{ scope: 'a', key: 'q1', seq: 2, value: 'B' }])
  })

  it('drops what was acknowledged and keeps what is newer', async () => {
    await journal.put({ scope: 'a', key: 'q1', seq: 2, value: 'B' })
    await journal.drop('a', 'q1', 1)
    expect(await journal.all('a')).toHaveLength(1)
    await journal.drop('a', 'q1', 2)
    expect(await journal.all('a')).toEqual([])
  })

  it('never shows one scope to another', async () => {
    await journal.put({ scope: 'a', key: 'q1', seq: 1, value: 'A' })
    await journal.put({ scope: 'b', key: 'q1', seq: 1, value: 'B' })
    expect((await journal.all('b')).map((e) => e.value)).toEqual(['B'])
    await journal.clear('a')
    expect(await journal.all('a')).toEqual([])
    expect(await journal.all('b')).toHaveLength(1)
  })

  it('lists by rising seq', async () => {
    await journal.put({ scope: 'a', key: 'z', seq: 1, value: '1' })
    await journal.put({ scope: 'a', key: 'a', seq: 3, value: '3' })
    await journal.put({ scope: 'a', key: 'm', seq: 2, value: '2' })
    expect((await journal.all('a')).map((e) => e.value)).toEqual(['1', '2', '3'])
  })
})

describe('journal', () => {
  it('survives a reload', async () => {
    vi.stubGlobal('indexedDB', new IDBFactory())
    const before = await openJournal<string>('test')
    await before.put({ scope: 'a', key: 'q1', seq: 7, value: 'C' })
    before.close()
    const after = await openJournal<string>('test')
    expect(await after.all('a')).toEqual([{ scope: 'a', key: 'q1', seq: 7, value: 'C' }])
  })
})
