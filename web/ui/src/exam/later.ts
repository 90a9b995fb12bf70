// Everything after sign-in: one chunk, fetched while the candidate types the ticket number. It holds the way of the
// answers too, so that the sign-in screen is there at once on old machines.
export { openJournal } from '../shared/journal'
export { openLive } from '../shared/live'
export { AnswerBook } from './answers'
export { createSaver } from './saver'
export { default as AnswerView } from './AnswerView.vue'
export { default as ConfirmIdentity } from './ConfirmIdentity.vue'
export { default as FinishedView } from './FinishedView.vue'
export { default as MessageView } from './MessageView.vue'
export { default as RulesPledge } from './RulesPledge.vue'
export { default as WaitingRoom } from './WaitingRoom.vue'
