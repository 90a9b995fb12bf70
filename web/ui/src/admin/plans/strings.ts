// The strings of plans and registration come with their pages.
import zh from '../../../locales/plans.zh-CN.json'
import { addMessages } from '../../shared/i18n'

addMessages(zh, () => import('../../../locales/plans.en.json'))
