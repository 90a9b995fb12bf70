// The strings of contests, events, delegations, divisions and their offices come with their pages.
import zh from '../../../../locales/structure.zh-CN.json'
import { addMessages } from '../../../shared/i18n'

addMessages(zh, () => import('../../../../locales/structure.en.json'))
