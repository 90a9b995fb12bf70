import en from '../../locales/admin.en.json'
import zh from '../../locales/admin.zh-CN.json'
import { createPage } from '../shared/page'
import AdminApp from './AdminApp.vue'

createPage(AdminApp, zh, en).mount('#app')
