import zh from '../../locales/judge.zh-CN.json'
import { createPage } from '../shared/page'
import JudgeApp from './JudgeApp.vue'

createPage(JudgeApp, zh, () => import('../../locales/judge.en.json')).mount('#app')

// The page itself from the tablet, for a whole module without a network. Browsers allow it only over TLS or on the
// same machine; elsewhere the page has to stay open while there is no network.
if (import.meta.env.PROD && window.isSecureContext && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('/judge-sw.js', { scope: '/judge' }).catch((error: unknown) => {
    console.error('the page cannot be kept for work without a network', error)
  })
}
