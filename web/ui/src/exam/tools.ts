// The dialogs of the exam room.
export { default as FigureDialog } from './FigureDialog.vue'
export { default as HistoryDialog } from './HistoryDialog.vue'
export { default as KeysDialog } from './KeysDialog.vue'
export { default as NoticesDialog } from './NoticesDialog.vue'
export { default as RescueDialog } from './RescueDialog.vue'
