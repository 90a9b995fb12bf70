// The strings of a division's documents come with their desk.
import zh from '../../../../locales/documents.zh-CN.json'
import { addMessages } from '../../../shared/i18n'

addMessages(zh, () => import('../../../../locales/documents.en.json'))
