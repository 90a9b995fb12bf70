// Everything after sign-in: one chunk, fetched while the candidate types the ticket number. It holds the way of the
// answers too, so that the sign-in screen is there at once on old machines.
import zh from '../../locales/room.zh-CN.json'
import { addMessages } from '../shared/i18n'

export { openJournal } from '../shared/journal'
export { default as AnswerView } from './AnswerView.vue'
export { default as ConfirmIdentity } from './ConfirmIdentity.vue'
export { default as DisplayDialog } from './DisplayDialog.vue'
export { default as FinishedView } from './FinishedView.vue'
export { default as MessageView } from './MessageView.vue'
export { createRoom } from './room'
export { default as RulesPledge } from './RulesPledge.vue'
export { default as WaitingRoom } from './WaitingRoom.vue'

addMessages(zh, () => import('../../locales/room.en.json'))
