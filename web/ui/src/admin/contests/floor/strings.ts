// The strings of the call room and the clocks come with their desks.
import zh from '../../../../locales/floor.zh-CN.json'
import { addMessages } from '../../../shared/i18n'

addMessages(zh, () => import('../../../../locales/floor.en.json'))
