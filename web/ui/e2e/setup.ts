// Before all browser tests: what they need is there, and it is said what they run against.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { chromiumPath } from './browser'
import { root } from './program'
import { mongowire } from './site'

const firstLine = (command: string): string =>
  execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n')[0]!

export default function setup(): void {
  const against = [firstLine(chromiumPath), firstLine('redis-server')]
  mkdirSync(dirname(mongowire), { recursive: true })
  execFileSync('go', ['build', '-o', mongowire, './internal/store/mongowire/cmd/mongowire'], {
    cwd: root,
    stdio: 'inherit',
  })
  console.log(
    `browser tests against: ${against.join('; ')}; own server for MongoDB's wire protocol; SQLite on disk`,
  )
}
