import zh from '../../locales/home.zh-CN.json'
import { createPage } from '../shared/page'
import HomeApp from './HomeApp.vue'

createPage(HomeApp, zh, () => import('../../locales/home.en.json')).mount('#app')
