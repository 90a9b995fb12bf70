import zh from '../../locales/judge.zh-CN.json'
import { createPage } from '../shared/page'
import JudgeApp from './JudgeApp.vue'

createPage(JudgeApp, zh, () => import('../../locales/judge.en.json')).mount('#app')
