// Everything but the sign-in by PIN, with its strings: one chunk, fetched while the judge types.
import hall from '../../locales/judge_hall.zh-CN.json'
import sheets from '../../locales/judge_sheets.zh-CN.json'
import { addMessages } from '../shared/i18n'

addMessages(sheets, () => import('../../locales/judge_sheets.en.json'))
addMessages(hall, () => import('../../locales/judge_hall.en.json'))

export { default as CardSignIn } from './CardSignIn.vue'
export { default as ClocksView } from './ClocksView.vue'
export { default as MarkSheet } from './MarkSheet.vue'
export { default as MatrixView } from './MatrixView.vue'
export { default as SheetList } from './SheetList.vue'
export { default as SignOutDialog } from './SignOutDialog.vue'
export { default as SignView } from './SignView.vue'
export { default as TabletView } from './TabletView.vue'
export { takeIn } from './pictures'
