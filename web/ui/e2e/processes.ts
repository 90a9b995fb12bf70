// Child processes that never outlive the tests.
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'

const running = new Set<ChildProcess>()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

/** A started process with everything it has printed. */
export class Child {
  output = ''
  private readonly process: ChildProcess

  constructor(command: string, args: string[]) {
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(this.process)
    this.process.once('exit', () => running.delete(this.process))
    this.process.once('error', (error) => (this.output += String(error)))
    for (const stream of [this.process.stdout!, this.process.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
  }

  get ended(): boolean {
    const { exitCode, signalCode, pid } = this.process
    return exitCode !== null || signalCode !== null || pid === undefined
  }

  /** Waits until `done` holds; fails when the process ends before, or after `limit` ms. */
  async until(done: () => boolean | Promise<boolean>, limit = 60_000): Promise<void> {
    const end = Date.now() + limit
    while (!(await done())) {
      if (this.ended) throw new Error(`${this.process.spawnfile} ended:\n${this.output}`)
      if (Date.now() > end)
        throw new Error(`${this.process.spawnfile}: not ready in ${limit} ms:\n${this.output}`)
      await new Promise((next) => setTimeout(next, 50))
    }
  }

  /** Ends it and returns its exit code; null when a signal ended it. What does not stop within 20 s is killed. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.ended) {
      const exited = new Promise((done) => this.process.once('exit', done))
      this.process.kill(signal)
      const patience = setTimeout(() => this.process.kill('SIGKILL'), 20_000)
      await exited
      clearTimeout(patience)
    }
    return this.process.exitCode
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
