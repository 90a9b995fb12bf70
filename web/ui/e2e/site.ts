// What the program runs on: one set of stores, and one or two programs over it. The flows run on every site.
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child, freePort } from './processes'
import { Program, root, type Guide, type Login } from './program'

/** SQLite with boards in memory; MongoDB's wire protocol with a real Redis; the same under two programs. */
export type SiteKind = 'embedded' | 'networked' | 'two_nodes'

declare module 'vitest' {
  export interface ProvidedContext {
    site: SiteKind
  }
}

/** The strict server for MongoDB's wire protocol, built by setup.ts. */
export const mongowire = join(root, '.cache/bin/mongowire')

async function startMongo(dir: string): Promise<{ child: Child; uri: string }> {
  const child = new Child(mongowire, ['-dir', join(dir, 'mongo')])
  const uri = /mongodb:\/\/([^/\s]+)\/(\S*)\n/
  await child.until(() => uri.test(child.output), 10_000)
  const [, host, query] = uri.exec(child.output)!
  return { child, uri: `mongodb://${host}/xinglu${query}` }
}

async function startRedis(dir: string): Promise<{ child: Child; port: number }> {
  const port = await freePort()
  const child = new Child('redis-server', [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir],
    ...['--save', '', '--appendonly', 'no'],
  ])
  await child.until(() => child.output.includes('Ready to accept connections'), 10_000)
  return { child, port }
}

/** The programs and servers of one test file. */
export class Site {
  /** Where the candidates and judges are; restarts and kills happen here. */
  readonly main: Program
  /** Where the others are: the second program, or the same one. */
  readonly other: Program
  private readonly stores: { mongo: Child; redis: Child; redisPort: number } | undefined
  private readonly dir: string

  private constructor(programs: Program[], dir: string, stores: Site['stores']) {
    this.main = programs[0]!
    this.other = programs[1] ?? this.main
    this.dir = dir
    this.stores = stores
  }

  static async start(kind: SiteKind): Promise<Site> {
    const dir = mkdtempSync(join(tmpdir(), 'xinglu-e2e-'))
    if (kind === 'embedded') return new Site([await Program.start({ data: dir })], dir, undefined)
    const [mongo, redis] = await Promise.all([startMongo(dir), startRedis(dir)])
    const args = ['--mongo', mongo.uri, '--redis', `127.0.0.1:${redis.port}`]
    const programs = [await Program.start({ data: dir, args: [...args, '--demo'] })]
    // The folder is shared for its key: two nodes of one site must read the same encrypted ID numbers.
    if (kind === 'two_nodes') programs.push(await Program.start({ data: dir, args }))
    return new Site(programs, dir, { mongo: mongo.child, redis: redis.child, redisPort: redis.port })
  }

  get guide(): Guide {
    return this.main.guide
  }

  /** A member of staff of the demonstration. */
  staff(login: string): Login {
    const who = this.guide.staff.find((s) => s.login === login)
    if (!who) throw new Error(`the demonstration has no staff login ${login}`)
    return who
  }

  /** Empties Redis, as a restart without its data would. */
  async flushRedis(): Promise<void> {
    const { redisPort } = this.stores!
    const reply = await new Promise<string>((done, fail) => {
      const socket = connect(redisPort, '127.0.0.1', () => socket.write('FLUSHALL\r\n'))
      socket.once('error', fail)
      socket.once('data', (data) => socket.end(() => done(data.toString())))
    })
    if (!reply.startsWith('+OK')) throw new Error(`FLUSHALL: ${reply}`)
  }

  /** Stops everything. Fails when the program sent MongoDB anything that a correct client would not. */
  async stop(): Promise<void> {
    await this.main.stop()
    if (this.other !== this.main) await this.other.stop()
    const code = await this.stores?.mongo.end()
    await this.stores?.redis.end()
    rmSync(this.dir, { recursive: true, force: true })
    if (this.stores && code !== 0)
      throw new Error(`mongowire ended with ${code}:\n${this.stores.mongo.output}`)
  }
}
