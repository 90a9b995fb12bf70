import en from '../../locales/board.en.json'
import zh from '../../locales/board.zh-CN.json'
import { createPage } from '../shared/page'
import BoardApp from './BoardApp.vue'

createPage(BoardApp, zh, en).mount('#app')
