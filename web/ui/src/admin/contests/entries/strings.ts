// The strings of the entries to a division come with its desk and the leaders' page.
import zh from '../../../../locales/entries.zh-CN.json'
import { addMessages } from '../../../shared/i18n'

addMessages(zh, () => import('../../../../locales/entries.en.json'))
