// The strings of paper sheets come with their screens; so do the judges' words for how each kind of aspect is typed,
// without their answers to refusals, which are for people at a tablet.
import judgeZh from '../../../../../locales/judge_sheets.zh-CN.json'
import zh from '../../../../../locales/paper.zh-CN.json'
import { addMessages, type Messages } from '../../../../shared/i18n'

const words = (all: Messages): Messages =>
  Object.fromEntries(Object.entries(all).filter(([key]) => key.startsWith('judge.')))

addMessages(zh, () => import('../../../../../locales/paper.en.json'))
addMessages(words(judgeZh), async () => ({
  default: words((await import('../../../../../locales/judge_sheets.en.json')).default),
}))
