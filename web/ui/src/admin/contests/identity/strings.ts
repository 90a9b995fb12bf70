// The strings of draws, codes and the decryption come with their desks.
import zh from '../../../../locales/identity.zh-CN.json'
import { addMessages } from '../../../shared/i18n'

addMessages(zh, () => import('../../../../locales/identity.en.json'))
