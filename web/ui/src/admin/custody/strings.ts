// The strings of paper custody come with its pages.
import zh from '../../../locales/custody.zh-CN.json'
import { addMessages } from '../../shared/i18n'

addMessages(zh, () => import('../../../locales/custody.en.json'))
