// An outbox in the browser's database. What a person enters is written here first, with strict durability, and
// leaves only when the server has acknowledged it; so it survives a reload, a crash and a power cut.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

/** One entry. Within a scope (an attempt, a judge) there is one entry per key; the latest seq wins. */
export interface JournalEntry<T> {
  scope: string
  key: string
  seq: number
  value: T
}

interface Schema<T> extends DBSchema {
  entries: { key: [string, string]; value: JournalEntry<T>; indexes: { scope: string } }
}

/** Where entries are kept. All methods reject when the browser's storage fails; nothing is dropped silently. */
export interface Journal<T> {
  /** False when the browser has no usable database: entries then live only as long as the page. Show it. */
  readonly durable: boolean
  /** Writes an entry unless the same key already has a higher seq. Resolves when it is durable. */
  put(entry: JournalEntry<T>): Promise<void>
  /** The entries of a scope, by rising seq. */
  all(scope: string): Promise<JournalEntry<T>[]>
  /** Removes an entry once seq is acknowledged; a newer entry of the same key stays. */
  drop(scope: string, key: string, seq: number): Promise<void>
  /** Removes a whole scope, after its receipt. */
  clear(scope: string): Promise<void>
  /** Closes the database. */
  close(): void
}

const bySeq = (a: { seq: number }, b: { seq: number }): number => a.seq - b.seq

class DatabaseJournal<T> implements Journal<T> {
  readonly durable = true
  private readonly db: IDBPDatabase<Schema<T>>

  constructor(db: IDBPDatabase<Schema<T>>) {
    this.db = db
  }

  private write() {
    return this.db.transaction('entries', 'readwrite', { durability: 'strict' })
  }

  async put(entry: JournalEntry<T>): Promise<void> {
    const tx = this.write()
    const old = await tx.store.get([entry.scope, entry.key])
    if (!old || old.seq <= entry.seq) await tx.store.put(entry)
    await tx.done
  }

  async all(scope: string): Promise<JournalEntry<T>[]> {
    return (await this.db.getAllFromIndex('entries', 'scope', scope)).sort(bySeq)
  }

  async drop(scope: string, key: string, seq: number): Promise<void> {
    const tx = this.write()
    const old = await tx.store.get([scope, key])
    if (old && old.seq <= seq) await tx.store.delete([scope, key])
    await tx.done
  }

  async clear(scope: string): Promise<void> {
    const tx = this.write()
    for (const key of await tx.store.index('scope').getAllKeys(scope)) await tx.store.delete(key)
    await tx.done
  }

  close(): void {
    this.db.close()
  }
}

/** Keeps entries in memory: for browsers that refuse a database (some private modes). */
class MemoryJournal<T> implements Journal<T> {
  readonly durable = false
  private readonly entries = new Map<string, JournalEntry<T>>()

  private id(scope: string, key: string): string {
    return JSON.stringify([scope, key])
  }

  async put(entry: JournalEntry<T>): Promise<void> {
    const id = this.id(entry.scope, entry.key)
    const old = this.entries.get(id)
    if (!old || old.seq <= entry.seq) this.entries.set(id, entry)
  }

  async all(scope: string): Promise<JournalEntry<T>[]> {
    return [...this.entries.values()].filter((e) => e.scope === scope).sort(bySeq)
  }

  async drop(scope: string, key: string, seq: number): Promise<void> {
    const id = this.id(scope, key)
    const old = this.entries.get(id)
    if (old && old.seq <= seq) this.entries.delete(id)
  }

  async clear(scope: string): Promise<void> {
    for (const e of await this.all(scope)) this.entries.delete(this.id(scope, e.key))
  }

  close(): void {
    this.entries.clear()
  }
}

/** Opens the journal of a surface ("exam", "judge"); see `durable` for what it could get. */
export async function openJournal<T>(surface: string): Promise<Journal<T>> {
  try {
    const db = await openDB<Schema<T>>(`xinglu-${surface}`, 1, {
      upgrade(db) {
        db.createObjectStore('entries', { keyPath: ['scope', 'key'] }).createIndex('scope', 'scope')
      },
    })
    return new DatabaseJournal<T>(db)
  } catch (error) {
    console.error('the browser refused a database', error)
    return new MemoryJournal<T>()
  }
}
