import zh from '../../locales/admin.zh-CN.json'
import { createPage } from '../shared/page'
import AdminApp from './AdminApp.vue'

createPage(AdminApp, zh, () => import('../../locales/admin.en.json')).mount('#app')
