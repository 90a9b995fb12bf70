import en from '../../locales/exam.en.json'
import zh from '../../locales/exam.zh-CN.json'
import { createPage } from '../shared/page'
import ExamApp from './ExamApp.vue'

createPage(ExamApp, zh, en).mount('#app')
