// The strings of a division's regulation come with its desk.
import zh from '../../../../locales/regulation.zh-CN.json'
import { addMessages } from '../../../shared/i18n'

addMessages(zh, () => import('../../../../locales/regulation.en.json'))
