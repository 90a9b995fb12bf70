// One tab has the exam. The server holds one live connection of a seat, that of the page that came last, and closes
// the others with 4104. Tabs of one browser talk over a BroadcastChannel before that, so that opening a second one asks
// and does not take; where there is none (Safari before 15.4) the server decides alone.

/** The exam is this tab's until it is released or another tab takes it over. */
export interface Claim {
  release: () => void
}

interface Word {
  say: 'who' | 'mine' | 'take'
  attempt: string
}

/** Another tab answers within this time, in ms; one that was killed does not. */
const patience = 250

/**
 * Claims the attempt for this tab; nothing when another tab has it, unless `force` takes it from there. `lost` is
 * called when another tab takes it from this one.
 */
export async function claimAttempt(
  attempt: string,
  lost: () => void,
  force = false,
): Promise<Claim | undefined> {
  if (typeof BroadcastChannel === 'undefined') return { release: () => {} }
  const channel = new BroadcastChannel('xinglu-exam')
  const say = (word: Word['say']): void => channel.postMessage({ say: word, attempt } satisfies Word)
  const taken = await new Promise<boolean>((decide) => {
    channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data.attempt === attempt && data.say === 'mine') decide(true)
    }
    say(force ? 'take' : 'who')
    setTimeout(() => decide(false), force ? 50 : patience)
  })
  if (taken && !force) {
    channel.close()
    return undefined
  }
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if (data.attempt !== attempt) return
    if (data.say === 'who') say('mine')
    if (data.say !== 'take') return
    channel.close()
    lost()
  }
  return { release: () => channel.close() }
}
