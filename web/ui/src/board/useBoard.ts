// Which board is shown and what it holds now. One instance per page; views get it by useBoard().
import { computed, inject, onScopeDispose, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { api, Problem } from '../shared/api'
import { ServerClock } from '../shared/clock'
import { text } from '../shared/i18n'
import { openLive, type Frame, type Live, type LinkState } from '../shared/live'
import { apply, type Board } from './reducer'
import type { BoardBrief, ServerFrame, Why } from './wire'

/** How often the list of boards is read (ms), give or take a fifth, so that a hall full of screens does not ask at once. */
const listEvery = 15_000

/** How long a rank's movement stays in sight (ms). */
const movedFor = 45_000

/** The server beats every 10 s; after this long without a sign (ms) the connection is given up. */
const quietAfter = 25_000

export type Spectator = ReturnType<typeof createBoard>
export const boardKey: InjectionKey<Spectator> = Symbol('board')

/** The board of this page. */
export function useBoard(): Spectator {
  const board = inject(boardKey)
  if (!board) throw new Error('useBoard outside of the board page')
  return board
}

/** `asked` is the board of the address; without it the latest opened one is followed. */
export function createBoard(asked: string | null) {
  const clock = new ServerClock()
  const boards = shallowRef<BoardBrief[]>()
  const listFailed = ref(false)
  const wanted = ref(asked)
  const board = shallowRef<Board>()
  const changed = shallowRef<string[]>([]) // rows of the last frame
  const moves = shallowRef(new Map<string, { by: number; until: number }>())
  const dataAt = ref<number>() // server time in ms of what is shown
  const delay = ref<number>() // ms from the server's board to this screen
  const switched = ref('')
  const live = shallowRef<Live>()
  const link = computed<LinkState>(() => live.value?.state.value ?? { kind: 'catching_up', since: null })

  const current = computed(() =>
    wanted.value ? boards.value?.find((b) => b.id === wanted.value) : boards.value?.[0],
  )
  const id = computed(() => current.value?.id)
  /** The address names a board that is not there. */
  const unknown = computed(() => !!wanted.value && !!boards.value && !current.value)

  let listTimer: ReturnType<typeof setTimeout> | undefined
  let switchTimer: ReturnType<typeof setTimeout> | undefined

  async function readList(): Promise<void> {
    try {
      boards.value = (await api.get<{ items: BoardBrief[] }>('/api/board/boards')).items
      listFailed.value = false
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      listFailed.value = true // read again soon; what is shown stays
    } finally {
      listTimer = setTimeout(() => void readList(), listEvery * (0.8 + 0.4 * Math.random()))
    }
  }

  watch(id, (next, before) => {
    if (before && next && current.value) announce(current.value)
    connect(next)
  })

  function announce({ event, division }: BoardBrief): void {
    switched.value = `${text(event)} · ${text(division)}`
    clearTimeout(switchTimer)
    switchTimer = setTimeout(() => (switched.value = ''), 8_000)
  }

  function connect(next: string | undefined): void {
    live.value?.close()
    live.value = undefined
    board.value = undefined
    moves.value = new Map()
    dataAt.value = delay.value = undefined
    if (!next) return
    const path = `/api/board/${encodeURIComponent(next)}/ws`
    live.value = openLive<ServerFrame>({
      path: () => {
        const held = board.value
        return held ? `${path}?e=${encodeURIComponent(held.e)}&o=${held.o}` : path
      },
      onFrame: receive,
      beatEvery: 0,
      quietAfter,
      now: () => clock.now(),
    })
  }

  // The clock is compared with pings of our own: frames that are pushed tell nothing about their way.
  let pingAt: number | undefined
  function ping(): void {
    const at = clock.monotonic()
    if (live.value?.send({ t: 'ping' } as Frame)) pingAt = at
  }
  watch(
    () => live.value?.ready.value,
    (ready) => ready && ping(),
  )
  const pinger = setInterval(ping, 30_000)

  function receive(frame: ServerFrame): void {
    if (frame.t === 'pong') {
      clock.observe(frame.at, pingAt)
      if (snapshotAt !== undefined) dataAt.value = clock.now() - (clock.monotonic() - snapshotAt)
      return
    }
    const held = board.value
    const step = apply(held, frame)
    if (step.resync) {
      // What is shown stays until the snapshot is here; without a position the server starts with one.
      if (held) board.value = { ...held, e: '', o: 0 }
      live.value?.renew()
      return
    }
    if (frame.t !== 'reload') noteTime(frame.t === 'snapshot', frame.at)
    if (step.board === held) return
    noteMoves(step.moved)
    board.value = step.board
    changed.value = step.changed
  }

  // A snapshot is right when it comes, however long ago its last change was; the others say when they were made.
  let snapshotAt: number | undefined // monotonic, while the last frame was a snapshot
  function noteTime(fresh: boolean, at: string): void {
    snapshotAt = fresh ? clock.monotonic() : undefined
    if (fresh) {
      dataAt.value = clock.known ? clock.now() : undefined
    } else {
      dataAt.value = Date.parse(at)
      delay.value = clock.known ? Math.max(0, clock.now() - dataAt.value) : undefined
    }
  }

  function noteMoves(moved: Map<string, number>): void {
    const now = clock.monotonic()
    const next = new Map([...moves.value].filter(([, m]) => m.until > now))
    for (const [row, by] of moved) next.set(row, { by, until: now + movedFor })
    moves.value = next
  }
  const sweeper = setInterval(() => moves.value.size > 0 && noteMoves(new Map()), 5_000)

  function why(a: string, b: string): Promise<Why> {
    const query = `a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`
    return api.get<Why>(`/api/board/${encodeURIComponent(id.value ?? '')}/why?${query}`)
  }

  onScopeDispose(() => {
    live.value?.close()
    clearTimeout(listTimer)
    clearTimeout(switchTimer)
    clearInterval(pinger)
    clearInterval(sweeper)
  })
  void readList()

  return {
    boards,
    listFailed,
    wanted,
    current,
    id,
    unknown,
    board,
    changed,
    moves,
    dataAt,
    delay,
    link,
    switched,
    why,
  }
}
