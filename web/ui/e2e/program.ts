// Starts, kills and restarts the real program on a free port of 127.0.0.1 with its own data directory.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const binary = process.env.E2E_BINARY ?? resolve(import.meta.dirname, '../../../bin/xinglu')

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

/** The ready-made logins that the program prints with --demo. */
export interface Guide {
  candidates: Ticket[]
  judges: Login[]
  staff: Login[]
}

function parseGuide(output: string): Guide {
  const logins = (kind: string): Login[] =>
    [...output.matchAll(new RegExp(`${kind}\\s+(\\S+)\\s+(\\S+)\\s+\\(([^,)]+)`, 'g'))].map((m) => ({
      login: m[1]!,
      password: m[2]!,
      name: m[3]!,
    }))
  const tickets = output.matchAll(/准考证号 (\S+)\s+证件号后六位 (\S+)\s+\((.+)\)/g)
  return {
    candidates: [...tickets].map((m) => ({ ticket: m[1]!, tail: m[2]!, name: m[3]! })),
    judges: logins('judge'),
    staff: logins('staff'),
  }
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** One running program. Restarts keep port and data. */
export class Program {
  readonly url: string
  readonly data: string
  /** Everything printed so far, for messages of failed tests. */
  output = ''
  guide: Guide = { candidates: [], judges: [], staff: [] }
  private process: ChildProcess | undefined
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
    const child = spawn(binary, this.args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.process = child
    let printed = ''
    const take = (chunk: Buffer): void => {
      printed += chunk.toString()
      this.output += chunk.toString()
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    for (let i = 0; i < 600; i++) {
      if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}:\n${printed}`)
      if (await this.healthy()) {
        const guide = parseGuide(printed)
        if (guide.judges.length > 0) this.guide = guide
        return
      }
      await new Promise((done) => setTimeout(done, 100))
    }
    throw new Error(`the program did not become healthy in 60 s:\n${printed}`)
  }

  private async healthy(): Promise<boolean> {
    return fetch(`${this.url}/healthz`).then(
      (response) => response.ok,
      () => false,
    )
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((done) => {
      child.once('exit', () => done())
      child.kill(signal)
    })
  }

  /** Power cut: no chance to write anything. */
  async kill9(): Promise<void> {
    await this.end('SIGKILL')
  }

  /** Orderly stop; removes the data when it was made here. */
  async stop(): Promise<void> {
    await this.end('SIGTERM')
    if (this.ownData) rmSync(this.data, { recursive: true, force: true })
  }
}
