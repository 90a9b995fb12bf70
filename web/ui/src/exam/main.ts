import zh from '../../locales/exam.zh-CN.json'
import { createPage } from '../shared/page'
import ExamApp from './ExamApp.vue'

createPage(ExamApp, zh, () => import('../../locales/exam.en.json')).mount('#app')
