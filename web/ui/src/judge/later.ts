// Everything after sign-in: one chunk, fetched while the judge types the PIN.
export { default as MarkSheet } from './MarkSheet.vue'
export { default as SheetList } from './SheetList.vue'
export { default as SignOutDialog } from './SignOutDialog.vue'
