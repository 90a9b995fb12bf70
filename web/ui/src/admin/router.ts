// The console's addresses. Each page is fetched when it is first opened.
import { createRouter, createWebHistory } from 'vue-router'
import type { Action } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title. */
    title: string
    /** What the person must be allowed to do; absent: everybody who is signed in. */
    action?: Action
    /** The parameter by which the page is another page; absent: the whole address. */
    stays?: string
  }
}

export const router = createRouter({
  history: createWebHistory('/admin'),
  routes: [
    {
      path: '/',
      component: () => import('./overview/OverviewView.vue'),
      meta: { title: 'admin.nav.overview' },
    },
    {
      path: '/bank',
      component: () => import('./bank/OutlinesView.vue'),
      meta: { title: 'admin.nav.bank', action: 'bank.read' },
    },
    {
      path: '/bank/import',
      component: () => import('./bank/ImportView.vue'),
      meta: { title: 'admin.import.outline_title', action: 'bank.import' },
    },
    {
      path: '/bank/:outline',
      component: () => import('./bank/OutlineView.vue'),
      props: true,
      meta: { title: 'admin.nav.bank', action: 'bank.read' },
    },
    {
      path: '/bank/:outline/import',
      component: () => import('./bank/ImportView.vue'),
      props: true,
      meta: { title: 'admin.import.questions_title', action: 'bank.import' },
    },
    {
      path: '/bank/:outline/assemble',
      component: () => import('./bank/AssembleView.vue'),
      props: true,
      meta: { title: 'admin.assemble.title', action: 'paper.assemble' },
    },
    {
      path: '/plans',
      component: () => import('./plans/PlansView.vue'),
      meta: { title: 'admin.nav.plans', action: 'entry.read' },
    },
    {
      path: '/plans/new',
      component: () => import('./plans/PlanEditView.vue'),
      meta: { title: 'admin.nav.plans', action: 'plan.manage' },
    },
    {
      path: '/plans/:id',
      component: () => import('./plans/PlanView.vue'),
      props: true,
      meta: { title: 'admin.nav.plans', action: 'entry.read' },
    },
    {
      path: '/plans/:id/edit',
      component: () => import('./plans/PlanEditView.vue'),
      props: true,
      meta: { title: 'admin.nav.plans', action: 'plan.manage' },
    },
    {
      path: '/sittings',
      component: () => import('./sittings/SittingsView.vue'),
      meta: { title: 'admin.nav.sittings', action: 'sitting.read' },
    },
    {
      path: '/sittings/new',
      component: () => import('./sittings/planner/PlannerView.vue'),
      props: (route) => ({ ...route.query }),
      meta: { title: 'admin.planner.title', action: 'sitting.manage' },
    },
    {
      path: '/sittings/:id',
      component: () => import('./sittings/SittingView.vue'),
      props: true,
      meta: { title: 'admin.nav.sittings', action: 'sitting.read' },
    },
    {
      path: '/sittings/:id/tickets',
      component: () => import('./sittings/TicketsView.vue'),
      props: true,
      meta: { title: 'admin.tickets.title', action: 'sitting.read' },
    },
    {
      path: '/custody',
      component: () => import('./custody/CustodyView.vue'),
      meta: { title: 'admin.nav.custody', action: 'custody.read' },
    },
    {
      path: '/contests',
      component: () => import('./contests/ContestsView.vue'),
      meta: { title: 'admin.nav.contests', action: 'contest.read' },
    },
    {
      path: '/contests/:contest',
      component: () => import('./contests/structure/ContestView.vue'),
      props: true,
      meta: { title: 'admin.nav.contests', action: 'contest.read' },
    },
    {
      path: '/contests/:contest/division',
      component: () => import('./contests/NewDivisionView.vue'),
      props: (route) => ({ ...route.params, event: route.query.event }),
      meta: { title: 'admin.division_new.title', action: 'contest.manage' },
    },
    {
      path: '/filings',
      component: () => import('./contests/entries/FilingsView.vue'),
      meta: { title: 'admin.nav.filings', action: 'entry.file' },
    },
    {
      path: '/duties',
      component: () => import('./contests/DutiesView.vue'),
      meta: { title: 'admin.nav.duties' },
    },
    {
      path: '/divisions/:id/print',
      component: () => import('./contests/ResultPaper.vue'),
      props: true,
      meta: { title: 'admin.paper.title', action: 'contest.read' },
    },
    {
      // Officers who do not read contests come here too; the page shows what is theirs.
      path: '/divisions/:id/:section?',
      component: () => import('./contests/DivisionView.vue'),
      props: true,
      meta: { title: 'admin.nav.contests', stays: 'id' },
    },
    {
      path: '/tablets',
      component: () => import('./contests/floor/tablets/TabletsView.vue'),
      meta: { title: 'admin.nav.tablets', action: 'tablet.manage' },
    },
    {
      path: '/appeals',
      component: () => import('./contests/outcome/AppealsView.vue'),
      meta: { title: 'admin.nav.appeals', action: 'appeal.read' },
    },
    {
      path: '/accounts',
      component: () => import('./accounts/AccountsView.vue'),
      meta: { title: 'admin.nav.accounts', action: 'account.manage' },
    },
    {
      path: '/proof',
      component: () => import('./overview/ProofView.vue'),
      meta: { title: 'admin.nav.proof', action: 'ledger.verify' },
    },
    {
      path: '/:lost(.*)*',
      component: () => import('./parts/LostView.vue'),
      meta: { title: 'admin.lost.title' },
    },
  ],
})
