import { createApp } from 'vue'
import zh from '../../locales/judge.zh-CN.json'
import { createPage } from '../shared/page'
import JudgeApp from './JudgeApp.vue'
import { keepPage } from './update'
import UpdateBar from './UpdateBar.vue'

createPage(JudgeApp, zh, () => import('../../locales/judge.en.json')).mount('#app')

if (import.meta.env.PROD && window.isSecureContext && 'serviceWorker' in navigator) {
  const update = keepPage('/judge-sw.js', '/judge', {
    workers: navigator.serviceWorker,
    reload: () => location.reload(),
  })
  createApp(UpdateBar, { update }).mount('#update')
}
