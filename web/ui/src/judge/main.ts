import en from '../../locales/judge.en.json'
import zh from '../../locales/judge.zh-CN.json'
import { createPage } from '../shared/page'
import JudgeApp from './JudgeApp.vue'

createPage(JudgeApp, zh, en).mount('#app')
