// What the tablet keeps in its own database: drafts, sheets on their way, and enough of the server's data to mark a
// whole module without a network. Everything belongs to one judge; another judge on the same tablet never sees it.
import type { FieldProblem } from '../shared/api'
import type { Params } from '../shared/i18n'
import { openJournal, type Journal } from '../shared/journal'
import type { Entries } from './marking'
import type { Conference, Division, JudgeSheet, Module, SubmitFrame } from './wire'

/** Why the server would not take a sheet; `errors` name aspects by id in `path`. */
export interface Refusal {
  code: string
  detail: string
  params: Params
  errors: FieldProblem[]
}

/** A sheet being marked on this tablet. `rev` rises with every change. */
export interface Draft {
  sheet: string
  rev: number
  /** The version of the own sheet at the server that this one replaces; 0 for none. */
  expect: number
  /** The sheet's round that the judge saw; drafts of older programs have none. */
  round?: number
  entries: Entries
  /** Aspects to come back to. Stays on this tablet. */
  unsure: string[]
  note: string
  refusal?: Refusal
}

/** A sheet handed in on this tablet and not yet answered by the server. */
export interface Outgoing {
  /** The order of handing in; also tells which entry of the database is meant. */
  seq: number
  /** The draft's rev that was handed in. */
  rev: number
  frame: Omit<SubmitFrame, 't' | 'n'>
  /** Whether it ever left: from then on the server may have it, and it cannot be taken back. */
  tried: boolean
}

/** What the server holds of a sheet, as last seen. */
export interface Seen {
  version: number
  mine?: JudgeSheet
  total?: number
  conferences: Conference[]
}

/** Shelves of the database. */
type Shelf = 'draft' | 'out' | 'list' | 'scheme' | 'seen'

/** The tablet's database for one judge. Every write is durable when its promise resolves. */
export class Tablet {
  private readonly journal: Journal<unknown>
  private readonly judge: string

  constructor(journal: Journal<unknown>, judge: string) {
    this.journal = journal
    this.judge = judge
  }

  /** Opens the database; see Journal.durable for what the browser granted. */
  static async open(judge: string): Promise<Tablet> {
    return new Tablet(await openJournal<unknown>('judge'), judge)
  }

  /** Whether what is written survives a reload. */
  get durable(): boolean {
    return this.journal.durable
  }

  private scope(shelf: Shelf): string {
    return `${this.judge}/${shelf}`
  }

  private put(shelf: Shelf, key: string, value: unknown, seq = 0): Promise<void> {
    // Plain data: what the screens hold are reactive proxies, which a database cannot take.
    const plain = JSON.parse(JSON.stringify(value)) as unknown
    return this.journal.put({ scope: this.scope(shelf), key, seq, value: plain })
  }

  private async all<T>(shelf: Shelf): Promise<[string, T][]> {
    return (await this.journal.all(this.scope(shelf))).map((e) => [e.key, e.value as T])
  }

  saveDraft(draft: Draft): Promise<void> {
    return this.put('draft', draft.sheet, draft, draft.rev)
  }

  /** Forgets a draft, unless it was changed since `rev`. */
  dropDraft(sheet: string, rev: number): Promise<void> {
    return this.journal.drop(this.scope('draft'), sheet, rev)
  }

  async drafts(): Promise<Map<string, Draft>> {
    return new Map(await this.all<Draft>('draft'))
  }

  saveOutgoing(item: Outgoing): Promise<void> {
    return this.put('out', item.frame.sheet, item, item.seq)
  }

  dropOutgoing(item: Outgoing): Promise<void> {
    return this.journal.drop(this.scope('out'), item.frame.sheet, item.seq)
  }

  /** Oldest first. */
  async outgoing(): Promise<Outgoing[]> {
    return (await this.all<Outgoing>('out')).map(([, item]) => item)
  }

  saveList(divisions: Division[]): Promise<void> {
    return this.put('list', 'list', divisions)
  }

  async list(): Promise<Division[]> {
    return (await this.all<Division[]>('list'))[0]?.[1] ?? []
  }

  saveScheme(key: string, module: Module): Promise<void> {
    return this.put('scheme', key, module)
  }

  async schemes(): Promise<Map<string, Module>> {
    return new Map(await this.all<Module>('scheme'))
  }

  saveSeen(sheet: string, seen: Seen): Promise<void> {
    return this.put('seen', sheet, seen)
  }

  async seen(): Promise<Map<string, Seen>> {
    return new Map(await this.all<Seen>('seen'))
  }

  close(): void {
    this.journal.close()
  }
}
