// The strings of the invigilators' room console come with its pages.
import zh from '../../../locales/hall.zh-CN.json'
import { addMessages } from '../../shared/i18n'

addMessages(zh, () => import('../../../locales/hall.en.json'))
