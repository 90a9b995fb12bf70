// Starts, kills and restarts the real program on a free port of 127.0.0.1 with its own data directory.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Child, freePort } from './processes'

/** The repository. */
export const root = resolve(import.meta.dirname, '../../..')

/** The program under test. */
export const binary = process.env.E2E_BINARY ?? join(root, 'bin/xinglu')

/** A candidate of the demonstration. */
export interface Ticket {
  ticket: string
  tail: string
  name: string
}

/** A login of the demonstration. */
export interface Login {
  login: string
  password: string
  name: string
}

/** The ready-made logins of the demonstration. */
export interface Guide {
  candidates: Ticket[]
  /** Of the short sitting with every kind of question. */
  allKinds: Ticket[]
  /** Those of the panel that is marking first. */
  judges: Login[]
  staff: Login[]
  /** Of the custodians. */
  passphrase: string
}

/** What /api/demo says, as the home page shows it. */
interface DemoGuide {
  candidates: { ticket: string; id_tail: string; name: string }[]
  all_kinds: DemoGuide['candidates']
  judges: { password: string; logins: { login: string; name: string }[] }[]
  staff: DemoGuide['judges']
  passphrase: string
}

async function readGuide(url: string): Promise<Guide> {
  const { guide } = (await (await fetch(`${url}/api/demo`)).json()) as { guide: DemoGuide }
  const tickets = (list: DemoGuide['candidates']): Ticket[] =>
    list.map(({ ticket, id_tail, name }) => ({ ticket, tail: id_tail, name }))
  const logins = (groups: DemoGuide['judges']): Login[] =>
    groups.flatMap(({ password, logins }) => logins.map(({ login, name }) => ({ login, password, name })))
  return {
    candidates: tickets(guide.candidates),
    allKinds: tickets(guide.all_kinds),
    judges: logins(guide.judges),
    staff: logins(guide.staff),
    passphrase: guide.passphrase,
  }
}

/** One running program. Restarts keep port and data. */
export class Program {
  readonly url: string
  readonly data: string
  guide: Guide = { candidates: [], allKinds: [], judges: [], staff: [], passphrase: '' }
  private child: Child | undefined
  private readonly args: string[]
  private readonly ownData: boolean

  private constructor(port: number, data: string | undefined, args: string[]) {
    this.url = `http://127.0.0.1:${port}`
    this.ownData = data === undefined
    this.data = data ?? mkdtempSync(join(tmpdir(), 'xinglu-e2e-'))
    this.args = ['serve', '--listen', `127.0.0.1:${port}`, '--data', this.data, ...args]
  }

  /** Starts `xinglu serve` with the demonstration's data. Give `data` to share a directory between programs. */
  static async start(options: { data?: string; args?: string[] } = {}): Promise<Program> {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: run "make build", or set E2E_BINARY`)
    const program = new Program(await freePort(), options.data, options.args ?? ['--demo'])
    await program.up()
    return program
  }

  /** Starts it again on the same port with the same data, after kill9 or stop. */
  async up(): Promise<void> {
    const child = new Child(binary, this.args)
    this.child = child
    await child.until(() => this.healthy())
    if (!this.args.includes('--demo')) return
    this.guide = await readGuide(this.url)
  }

  private async healthy(): Promise<boolean> {
    return fetch(`${this.url}/healthz`).then(
      (response) => response.ok,
      () => false,
    )
  }

  /** Power cut: no chance to write anything. */
  async kill9(): Promise<void> {
    await this.child?.end('SIGKILL')
  }

  /** Orderly stop; removes the data when it was made here. */
  async stop(): Promise<void> {
    await this.child?.end()
    if (!this.ownData) return
    for (const folder of [this.data, `${this.data}.keys`]) rmSync(folder, { recursive: true, force: true })
  }
}
