import zh from '../../locales/board.zh-CN.json'
import { createPage } from '../shared/page'
import BoardApp from './BoardApp.vue'

createPage(BoardApp, zh, () => import('../../locales/board.en.json')).mount('#app')
