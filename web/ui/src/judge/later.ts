// Everything after sign-in, with its strings: one chunk, fetched while the judge types the PIN.
import zh from '../../locales/judge_sheets.zh-CN.json'
import { addMessages } from '../shared/i18n'

addMessages(zh, () => import('../../locales/judge_sheets.en.json'))

export { default as MarkSheet } from './MarkSheet.vue'
export { default as MatrixView } from './MatrixView.vue'
export { default as SheetList } from './SheetList.vue'
export { default as SignOutDialog } from './SignOutDialog.vue'
export { default as SignView } from './SignView.vue'
export { takeIn } from './pictures'
