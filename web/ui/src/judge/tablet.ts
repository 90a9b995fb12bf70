// What the tablet keeps in its own database: drafts, sheets on their way, and enough of the server's data to mark a
// whole module without a network. Everything belongs to one judge; another judge on the same tablet never sees it.
import type { FieldProblem } from '../shared/api'
import type { Params } from '../shared/i18n'
import { openJournal, type Journal } from '../shared/journal'
import type { Entries } from '../shared/marking/entries'
import type { Errand } from './errands'
import type { Division, Module, SheetDetail, SubmitFrame } from './wire'

/** Why the server would not take a sheet; `errors` name aspects by id in `path`. */
export interface Refusal {
  code: string
  detail: string
  params: Params
  errors: FieldProblem[]
}

/** A sheet being marked on this tablet. `rev` rises with every change. */
export interface Draft {
  /** The sheet's. */
  id: string
  division: string
  rev: number
  /** The version of the own sheet at the server that this one replaces; 0 for none. */
  expect: number
  /** The sheet's round that the judge saw. */
  round: number
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
export interface Seen extends SheetDetail {
  version: number
  /** The state of the sheet that it belongs to; see stampOf. Absent: kept by an older program. */
  stamp?: string
}

/** A picture taken on this tablet: the file until the server has it, a small one to look at. */
export interface Shot {
  /** JPEG; absent once the server has it. */
  bytes?: ArrayBuffer
  /** A small JPEG as a data: address. */
  thumb: string
}

/** Shelves of the database. */
type Shelf = 'draft' | 'out' | 'list' | 'scheme' | 'seen' | 'errand' | 'shot'

/** The tablet's database for one judge; what belongs to a sheet is kept by division and sheet. Every write is durable when its promise resolves. */
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
    return this.putRaw(shelf, key, JSON.parse(JSON.stringify(value)), seq)
  }

  private putRaw(shelf: Shelf, key: string, value: unknown, seq = 0): Promise<void> {
    return this.journal.put({ scope: this.scope(shelf), key, seq, value })
  }

  private async all<T>(shelf: Shelf): Promise<[string, T][]> {
    return (await this.journal.all(this.scope(shelf))).map((e) => [e.key, e.value as T])
  }

  saveDraft(draft: Draft): Promise<void> {
    return this.put('draft', `${draft.division}/${draft.id}`, draft, draft.rev)
  }

  /** Forgets a draft, unless it was changed since. */
  dropDraft({ division, id, rev }: Pick<Draft, 'division' | 'id' | 'rev'>): Promise<void> {
    return this.journal.drop(this.scope('draft'), `${division}/${id}`, rev)
  }

  async drafts(): Promise<Map<string, Draft>> {
    return new Map(await this.all<Draft>('draft'))
  }

  saveOutgoing(item: Outgoing): Promise<void> {
    return this.put('out', `${item.frame.division}/${item.frame.sheet}`, item, item.seq)
  }

  dropOutgoing(item: Outgoing): Promise<void> {
    return this.journal.drop(this.scope('out'), `${item.frame.division}/${item.frame.sheet}`, item.seq)
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

  saveSeen(ref: string, seen: Seen): Promise<void> {
    return this.put('seen', ref, seen)
  }

  async seen(): Promise<Map<string, Seen>> {
    return new Map(await this.all<Seen>('seen'))
  }

  saveErrand(errand: Errand): Promise<void> {
    return this.put('errand', errand.key, errand, errand.seq)
  }

  dropErrand(errand: Errand): Promise<void> {
    return this.journal.drop(this.scope('errand'), errand.key, errand.seq)
  }

  /** Oldest first. */
  async errands(): Promise<Errand[]> {
    return (await this.all<Errand>('errand')).map(([, errand]) => errand)
  }

  /** Keeps a picture under the key of its errand or, once sent, the server's name for it. */
  saveShot(key: string, shot: Shot): Promise<void> {
    return this.putRaw('shot', key, shot)
  }

  dropShot(key: string): Promise<void> {
    return this.journal.drop(this.scope('shot'), key, 0)
  }

  async shots(): Promise<Map<string, Shot>> {
    return new Map(await this.all<Shot>('shot'))
  }

  close(): void {
    this.journal.close()
  }
}
