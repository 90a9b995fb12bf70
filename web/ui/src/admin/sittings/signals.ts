// What stands out at a seat, most urgent first: a shape, a tone and words for each.
import { duration } from '../../shared/format'
import { t } from '../../shared/i18n'
import type { SeatProgress } from '../types'

/** One thing to look at. */
export interface Signal {
  key: string
  mark: string
  tone: 'warn' | 'bad'
  label: string
}

/** Shape and tone of the connection's quality. */
export const linkLooks = {
  good: ['●', 'good'],
  weak: ['◐', 'warn'],
  lost: ['✕', 'bad'],
} as const

const inside = ['admitted', 'in_progress', 'paused', 'overdue']

/** What staff should look at; nothing for a seat where all is well. `quiet` is the silence in milliseconds. */
export function signalsOf(seat: SeatProgress, quiet: number | null): Signal[] {
  const here = inside.includes(seat.state)
  const list: (Signal | false)[] = [
    here &&
      seat.link === 'lost' && {
        key: 'lost',
        mark: '✕',
        tone: 'bad',
        label: t('hall.signal.lost', { time: duration(quiet ?? 0) }),
      },
    here &&
      seat.lockdown?.state === 'failed' && {
        key: 'lockdown',
        mark: '✕',
        tone: 'bad',
        label: t('hall.signal.lockdown'),
      },
    here &&
      (seat.lockdown?.tried ?? 0) > 0 && {
        key: 'tried',
        mark: '!',
        tone: 'warn',
        label: t('hall.signal.tried', { n: seat.lockdown!.tried! }),
      },
    seat.identity?.matched === false && {
      key: 'identity_wrong',
      mark: '!',
      tone: 'bad',
      label: t('hall.signal.identity_wrong'),
    },
    here && seat.link === 'weak' && { key: 'weak', mark: '◐', tone: 'warn', label: t('hall.signal.weak') },
    here && !!seat.hidden && { key: 'hidden', mark: '↗', tone: 'bad', label: t('hall.signal.hidden') },
    here &&
      !seat.hidden &&
      seat.away.count > 0 && {
        key: 'away',
        mark: '↗',
        tone: 'warn',
        label: t('hall.signal.away', { n: seat.away.count }),
      },
    here &&
      seat.noted === false && { key: 'unnoted', mark: '…', tone: 'warn', label: t('hall.signal.unnoted') },
  ]
  return list.filter((s): s is Signal => !!s)
}
