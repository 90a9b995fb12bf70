// The strings of planning a sitting, its seats and its lockdown come with these pages.
import zh from '../../../locales/sittings.zh-CN.json'
import { addMessages } from '../../shared/i18n'

addMessages(zh, () => import('../../../locales/sittings.en.json'))
