// The strings of the contest's tablets come with their screens.
import zh from '../../../../../locales/tablets.zh-CN.json'
import { addMessages } from '../../../../shared/i18n'

addMessages(zh, () => import('../../../../../locales/tablets.en.json'))
