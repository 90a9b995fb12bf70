// The strings of results and decisions on keys come with their pages.
import zh from '../../../locales/results.zh-CN.json'
import { addMessages } from '../../shared/i18n'

addMessages(zh, () => import('../../../locales/results.en.json'))
