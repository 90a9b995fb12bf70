// The strings of the chief judge's desk and of what becomes of marks come with their tabs.
import zh from '../../../../locales/desk.zh-CN.json'
import { addMessages } from '../../../shared/i18n'

addMessages(zh, () => import('../../../../locales/desk.en.json'))
