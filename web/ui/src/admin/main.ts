import { createPinia } from 'pinia'
import zh from '../../locales/admin.zh-CN.json'
import { createPage } from '../shared/page'
import { showToast } from '../shared/ui/toast'
import { t } from '../shared/i18n'
import AdminApp from './AdminApp.vue'
import { router } from './router'
import './theme.css'

// A page's code that cannot be fetched is said, not swallowed: the network is gone or a new version was installed.
router.onError((error) => {
  console.error(error)
  showToast(t('admin.page_not_loaded'), 'bad', 10_000)
})

createPage(AdminApp, zh, () => import('../../locales/admin.en.json'))
  .use(createPinia())
  .use(router)
  .mount('#app')
