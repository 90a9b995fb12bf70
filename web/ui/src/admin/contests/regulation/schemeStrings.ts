// The strings of what reading a scheme's workbook found.
import zh from '../../../../locales/schemes.zh-CN.json'
import { addMessages } from '../../../shared/i18n'

addMessages(zh, () => import('../../../../locales/schemes.en.json'))
