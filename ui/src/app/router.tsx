import { parseHref } from '@tanstack/history';
import {
  createBrowserHistory,
  createRootRoute,
  createRoute,
  createRouter,
  redirect,
} from '@tanstack/react-router';
import { FindPage } from '../find/FindPage.tsx';
import { HelpPage } from '../help/HelpPage.tsx';
import { NotificationsPage } from '../help/NotificationsPage.tsx';
import { InboxPage } from '../inbox/InboxPage.tsx';
import { SettingsPage } from '../settings/SettingsPage.tsx';
import { HomePage } from '../watches/HomePage.tsx';
import { WatchPage } from '../watches/WatchPage.tsx';
import { WelcomePage } from '../welcome/WelcomePage.tsx';
import { Shell } from './Shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: HomePage });

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/watches' });
    },
  }),
  createRoute({ getParentRoute: () => root, path: '/welcome', component: WelcomePage }),
  createRoute({ getParentRoute: () => root, path: '/welcome/$step', component: WelcomePage }),
  createRoute({ getParentRoute: () => root, path: '/watches', component: HomePage }),
  createRoute({ getParentRoute: () => root, path: '/watches/$id', component: WatchPage }),
  createRoute({
    getParentRoute: () => root,
    path: '/find',
    component: FindPage,
    // A link of the booking site that the program was started with.
    validateSearch: (search): { link?: string } =>
      typeof search.link === 'string' ? { link: search.link } : {},
  }),
  createRoute({ getParentRoute: () => root, path: '/find/$step', component: FindPage }),
  createRoute({ getParentRoute: () => root, path: '/inbox', component: InboxPage }),
  createRoute({ getParentRoute: () => root, path: '/settings', component: SettingsPage }),
  createRoute({ getParentRoute: () => root, path: '/settings/$section', component: SettingsPage }),
  createRoute({ getParentRoute: () => root, path: '/help', component: HelpPage }),
  createRoute({
    getParentRoute: () => root,
    path: '/help/notifications',
    component: NotificationsPage,
  }),
];

/** The page is in the hash alone; a query of the document itself (in a plain browser) is left alone. */
function hashHistory() {
  return createBrowserHistory({
    parseLocation: () => parseHref(window.location.hash.slice(1) || '/', window.history.state),
    createHref: (href) => `${window.location.pathname}${window.location.search}#${href}`,
  });
}

export function createAppRouter(first: string, asked = false) {
  if (asked || window.location.hash.length < 3) window.history.replaceState(null, '', `#${first}`);
  return createRouter({
    routeTree: root.addChildren(routes),
    history: hashHistory(),
    defaultPreload: false,
    scrollRestoration: false,
  });
}
