import { defineConfig } from 'vitest/config'
import type { SiteKind } from './site'

// Browser tests against the real program: the same flows on every kind of store. One file at a time: each starts its
// own servers and one browser.
const project = (name: string, site: SiteKind, groupOrder: number, include: string[]) => ({
  test: {
    name,
    root: import.meta.dirname,
    include,
    provide: { site },
    environment: 'node' as const,
    sequence: { groupOrder },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
})

const flows = ['exam.e2e.ts', 'contest.e2e.ts', 'room.e2e.ts']

// Kinds of question, the console and the rehearsal of a whole contest run on one set-up: what stores do differently
// lies below what they show.
const alone = [...flows, 'kinds.e2e.ts', 'judge_tablet.e2e.ts', 'console.e2e.ts', 'rehearsal.e2e.ts']

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../node_modules/.vite-e2e',
  test: {
    maxWorkers: 1,
    globalSetup: ['setup.ts'],
    reporters: ['verbose'],
    projects: [
      project('SQLite + memory', 'embedded', 0, alone),
      project('MongoDB wire + Redis', 'networked', 1, flows),
      project('two nodes, MongoDB wire + Redis', 'two_nodes', 2, [...flows, 'judge_tablet.e2e.ts']),
    ],
  },
})
