// One tab of a browser has the tablet: two would overwrite each other's drafts. The newest one has it. Where there is
// no BroadcastChannel (Safari before 15.4) nothing is noticed; the server's versions still keep marks apart.

/** The tablet is this tab's until it is released or another tab takes it. */
export interface Claim {
  release: () => void
}

/** Takes the tablet for this tab; `lost` is called when a newer tab takes it. */
export function claimTablet(lost: () => void): Claim {
  if (typeof BroadcastChannel === 'undefined') return { release: () => {} }
  const channel = new BroadcastChannel('xinglu-judge')
  channel.postMessage('taken')
  channel.onmessage = () => {
    channel.close()
    lost()
  }
  return { release: () => channel.close() }
}
