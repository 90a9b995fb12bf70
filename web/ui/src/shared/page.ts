// The common start of every entry page.
import { createApp, type App, type Component } from 'vue'
import './base.css'
import { installMessages, t, type LoadMessages, type Messages } from './i18n'
import { showToast } from './ui/toast'

/** Mounts a page's root component on #app with its strings; returns the app for plug-ins of the console. */
export function createPage(root: Component, zh: Messages, en: LoadMessages): App {
  installMessages(zh, en)
  const app = createApp(root)
  app.config.errorHandler = (error) => {
    console.error(error)
    showToast(t('common.unexpected_error'), 'bad')
  }
  return app
}
