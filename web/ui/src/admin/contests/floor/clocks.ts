// Clocks as they run on between two answers of the server, and what can be done with them.
import type { Clock, DeskClocks } from './shapes'

export type ClockState = 'idle' | 'running' | 'paused' | 'stopped'
export type ClockAct = 'start' | 'pause' | 'resume' | 'stop'

export const looks: Record<ClockState, { mark: string; tone: 'plain' | 'good' | 'warn' | 'info' }> = {
  idle: { mark: '○', tone: 'plain' },
  running: { mark: '▶', tone: 'good' },
  paused: { mark: '‖', tone: 'warn' },
  stopped: { mark: '■', tone: 'info' },
}

/** What a clock shows at a moment of the server's time: milliseconds. */
export interface Reading {
  used: number
  /** Left until the time is up; null without a limit. */
  left: number | null
  over: number
}

export function reading(c: Clock, now: number): Reading {
  const on = c.state === 'running' ? Math.max(0, now - Date.parse(c.server_time)) : 0
  const used = c.used_ms + on
  if (!c.limit_ms) return { used, left: null, over: 0 }
  const left = c.remaining_ms - c.overtime_ms - on
  return { used, left: Math.max(0, left), over: Math.max(0, -left) }
}

/** The presses that fit a clock, the usual one first. */
export function pressesOf(c: Clock): ClockAct[] {
  if (c.absent) return []
  switch (c.state as ClockState) {
    case 'idle':
      return ['start']
    case 'running':
      return ['pause', 'stop']
    case 'paused':
      return ['resume', 'stop']
    case 'stopped':
      return []
  }
}

/** How a wrong press can be mended. */
export function mendsOf(c: Clock): ('reopen' | 'reopen_counted' | 'reset')[] {
  if (c.state === 'stopped') return ['reopen', 'reopen_counted', 'reset']
  return c.state === 'idle' ? [] : ['reset']
}

export interface Room {
  module: DeskClocks['modules'][number]
  batch: number
  clocks: Clock[]
}

/** Clocks by module and batch, as rooms start them. */
export function rooms(desk: DeskClocks): Room[] {
  return desk.modules.flatMap((module) => {
    const mine = desk.clocks.filter((c) => c.module === module.id)
    const batches = [...new Set(mine.map((c) => c.batch))].sort((a, b) => a - b)
    return batches.map((batch) => ({
      module,
      batch,
      clocks: mine.filter((c) => c.batch === batch),
    }))
  })
}

/** The clocks of a room that one press starts: nobody absent, none that ran. */
export const startable = (clocks: Clock[]): Clock[] => clocks.filter((c) => c.state === 'idle' && !c.absent)

/** Minutes as typed, "7" or "7.5" or "1:30", in milliseconds; null for anything else. */
export function minutesMS(text: string): number | null {
  const parts = /^(\d{1,4})(?:[:：]([0-5]\d)|\.(\d))?$/.exec(text.trim())
  if (!parts) return null
  const ms = Number(parts[1]) * 60_000 + Number(parts[2] ?? 0) * 1_000 + Number(parts[3] ?? 0) * 6_000
  return ms > 0 && ms <= 86_400_000 ? ms : null
}

/** The table of all clocks for a spreadsheet, one row a station; times in seconds. */
export function clockTable(desk: DeskClocks, name: (c: Clock) => string, heads: string[]): string[][] {
  const seconds = (ms: number): string => String(Math.round(ms / 1000))
  const rows = desk.clocks.map((c) => [
    name(c),
    String(c.batch),
    c.code,
    c.state,
    c.started_at ?? '',
    c.stopped_at ?? '',
    seconds(c.used_ms),
    seconds(c.paused_ms),
    seconds(c.compensation_ms),
    seconds(c.overtime_ms),
  ])
  return [heads, ...rows]
}
