import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import ArrowLeftIcon from 'lucide-react/icons/arrow-left';
import BellIcon from 'lucide-react/icons/bell';
import HelpIcon from 'lucide-react/icons/circle-question-mark';
import ClockIcon from 'lucide-react/icons/clock';
import GraduationIcon from 'lucide-react/icons/graduation-cap';
import MenuIcon from 'lucide-react/icons/menu';
import SearchIcon from 'lucide-react/icons/search';
import SettingsIcon from 'lucide-react/icons/settings';
import XIcon from 'lucide-react/icons/x';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { elsewhere, useFormat } from '../i18n/format.ts';
import { type PlainId, useText } from '../i18n/text.ts';
import { ask, useHost } from '../ipc/host.ts';
import { useDemo, useQuestions, useSettings } from '../ipc/queries.ts';
import { Button, LinkButton } from '../kit/Button.tsx';
import { cx } from '../kit/cx.ts';
import { ariaKeys, type PageKey } from '../kit/keys.ts';
import { announce, useSaid } from '../kit/live.ts';
import { Marked } from '../kit/marked.tsx';
import { closeToast, type Toast, useToasts } from '../kit/toasts.ts';
import { Palette } from './Palette.tsx';
import { useActions, useShortcuts } from './shortcuts.ts';

interface NavEntry {
  to: string;
  label: PlainId;
  icon: ReactNode;
  keys: PageKey;
}
const icon = 'size-[1.3rem] shrink-0';
const MAIN: NavEntry[] = [
  {
    to: '/watches',
    label: 'nav-watches',
    icon: <ClockIcon aria-hidden className={icon} />,
    keys: 'watches',
  },
  {
    to: '/find',
    label: 'nav-find',
    icon: <SearchIcon aria-hidden className={icon} />,
    keys: 'find',
  },
  {
    to: '/inbox',
    label: 'nav-inbox',
    icon: <BellIcon aria-hidden className={icon} />,
    keys: 'inbox',
  },
];
const BOTTOM: NavEntry[] = [
  {
    to: '/settings',
    label: 'nav-settings',
    icon: <SettingsIcon aria-hidden className={icon} />,
    keys: 'settings',
  },
  { to: '/help', label: 'nav-help', icon: <HelpIcon aria-hidden className={icon} />, keys: 'help' },
];

export function Shell() {
  const [palette, setPalette] = useState(false);
  const closePalette = () => setPalette(false);
  const actions = useActions(() => setPalette(true));
  useShortcuts(actions, { isOpen: palette, close: closePalette });
  useRemembered();
  useFoundSaid();
  const { pathname } = useLocation();
  const { settings } = useSettings();
  // The first run has no menu: there is nothing to go to yet.
  const bare =
    pathname.startsWith('/welcome') ||
    (settings?.welcomed === false && pathname === '/help/notifications');
  const simple = settings?.simple === true;
  return (
    <div className="@container/shell min-h-dvh bg-bg text-text">
      <LiveRegions />
      <div className={cx(!bare && !simple && '@min-[60rem]/shell:flex')}>
        {!bare && !simple && <Sidebar />}
        <div className="min-w-0 flex-1">
          <div className="sticky top-0 z-20">
            {!bare && (simple ? <SimpleBar /> : <TopBar />)}
            <DemoStrip />
          </div>
          <main data-region className="@container">
            <Outlet />
          </main>
        </div>
      </div>
      <Toasts />
      <Palette isOpen={palette} close={closePalette} actions={actions} />
    </div>
  );
}

/** The place is kept, for the window that opens next; and the program may ask for a place. */
function useRemembered() {
  const host = useHost();
  const router = useRouter();
  const { href } = useLocation();
  useEffect(() => {
    ask(host.commands.saveForm('route', href)).catch(() => {});
  }, [host, href]);
  useEffect(() => host.onNavigate((route) => router.history.push(route)), [host, router]);
}

/** A slot that appears while the window is open is said at once, whatever page is shown. */
function useFoundSaid() {
  const host = useHost();
  const text = useText();
  const format = useFormat();
  const said = useRef(new Set<number>());
  useEffect(
    () =>
      host.onChanged((event) => {
        if (event.kind !== 'alertChanged' || said.current.has(event.alertId)) return;
        ask(host.commands.alert(event.alertId))
          .then(({ id, state, slots, specialty, clinic, nickname }) => {
            const [first] = slots;
            if (state.kind !== 'raised' || first === undefined || said.current.has(id)) return;
            said.current.add(id);
            const when = format.when(first.start);
            const body =
              nickname === ''
                ? text('found-body-self', { when, clinic })
                : text('found-body', { when, clinic, nick: nickname });
            announce(`${text('found-title', { specialty })}. ${body}`, 'assertive');
          })
          .catch(() => {});
      }),
    [host, text, format],
  );
}

/** The mark keeps them heard while a dialog hides the rest of the page. */
function LiveRegions() {
  const { polite, assertive } = useSaid();
  return (
    <>
      <div aria-live="polite" data-live-announcer="true" className="sr-only">
        {polite}
      </div>
      <div aria-live="assertive" data-live-announcer="true" className="sr-only">
        {assertive}
      </div>
    </>
  );
}

function DemoStrip() {
  const text = useText();
  const status = useQuery(useQuestions().status());
  const demo = useDemo();
  if (status.data?.demo !== true) return null;
  return (
    <section
      aria-label={text('demo-name')}
      className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 border-b-2 border-info bg-info-soft px-4 py-1"
    >
      <p className="flex items-center gap-2 font-medium text-info">
        <GraduationIcon aria-hidden className={icon} />
        {text('demo-strip')}
      </p>
      <Button look="quiet" isDisabled={demo.isPending} onPress={() => demo.mutate(false)}>
        {text('demo-leave')}
      </Button>
    </section>
  );
}

function NavList({ onGo }: { onGo?: () => void }) {
  return (
    <div className="flex flex-1 flex-col justify-between gap-6">
      <ul className="flex flex-col gap-2">
        {MAIN.map((entry) => (
          <NavItem key={entry.to} entry={entry} onGo={onGo} />
        ))}
      </ul>
      <ul className="flex flex-col gap-2">
        {BOTTOM.map((entry) => (
          <NavItem key={entry.to} entry={entry} onGo={onGo} />
        ))}
      </ul>
    </div>
  );
}

function NavItem({ entry, onGo }: { entry: NavEntry; onGo: (() => void) | undefined }) {
  const text = useText();
  const status = useQuery(useQuestions().status());
  const unanswered = entry.to === '/inbox' ? (status.data?.unanswered ?? 0) : 0;
  return (
    <li>
      <Link
        to={entry.to}
        aria-keyshortcuts={ariaKeys(entry.keys)}
        onClick={onGo}
        className="fade flex min-h-12 items-center gap-3 rounded-button border-2 border-transparent px-3 py-2 font-medium text-text-2 no-underline hover:bg-sunken hover:text-text data-[status=active]:border-primary data-[status=active]:bg-primary-soft data-[status=active]:text-primary"
      >
        {entry.icon}
        <span className="flex-1">{text(entry.label)}</span>
        {unanswered > 0 && (
          <span className="tabular min-w-[1.7rem] rounded-round bg-primary px-2 text-center text-caption font-semibold text-on-primary">
            <span className="sr-only">{text('nav-unanswered', { n: unanswered })}</span>
            <span aria-hidden>{unanswered}</span>
          </span>
        )}
      </Link>
    </li>
  );
}

function ZoneNote() {
  const text = useText();
  return elsewhere() ? (
    <p className="px-3 text-caption text-text-3">{text('moscow-time')}</p>
  ) : null;
}

function Sidebar() {
  const text = useText();
  return (
    <nav
      data-region
      aria-label={text('nav')}
      className="sticky top-0 hidden h-dvh w-[15rem] shrink-0 flex-col gap-4 overflow-y-auto border-r border-border bg-surface px-3 py-5 @min-[60rem]/shell:flex"
    >
      <p className="px-3 text-h3 font-bold text-primary">{text('app-name')}</p>
      <NavList />
      <ZoneNote />
    </nav>
  );
}

/** «Крупно и просто»: the only way from a page is back to the watches; those lead everywhere. */
function SimpleBar() {
  const text = useText();
  const { pathname } = useLocation();
  // The page of a watch has its own.
  if (pathname.startsWith('/watches')) return null;
  return (
    <nav
      data-region
      aria-label={text('nav')}
      className="border-b border-border bg-surface px-4 py-2"
    >
      <LinkButton
        look="secondary"
        to="/watches"
        icon={<ArrowLeftIcon aria-hidden className={icon} />}
      >
        {text('nav-watches')}
      </LinkButton>
    </nav>
  );
}

function TopBar() {
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <nav
      data-region
      aria-label={text('nav')}
      className="border-b border-border bg-surface px-3 py-2 @min-[60rem]/shell:hidden"
    >
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <p className="px-1 text-h3 font-bold text-primary">{text('app-name')}</p>
        <Button
          aria-expanded={open}
          icon={
            open ? (
              <XIcon aria-hidden className={icon} />
            ) : (
              <MenuIcon aria-hidden className={icon} />
            )
          }
          onPress={() => setOpen(!open)}
        >
          {text(open ? 'nav-close' : 'nav-menu')}
        </Button>
      </div>
      {open && (
        <div className="max-h-[calc(100dvh-5rem)] overflow-y-auto pt-3 pb-1">
          <NavList onGo={() => setOpen(false)} />
          <ZoneNote />
        </div>
      )}
    </nav>
  );
}

function Toasts() {
  const text = useText();
  const toasts = useToasts();
  return (
    <section
      data-region
      aria-label={text('messages')}
      className="pointer-events-none fixed inset-x-0 bottom-0 z-40 flex flex-col items-center gap-2 p-4"
    >
      {toasts.map((toast) => (
        <ToastBox key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

export function ToastBox({ toast }: { toast: Toast }) {
  const text = useText();
  const [held, setHeld] = useState(false);
  const { id, lasts } = toast;
  useEffect(() => {
    if (held || lasts === undefined) return;
    const timer = setTimeout(() => closeToast(id), lasts);
    return () => clearTimeout(timer);
  }, [held, id, lasts]);
  return (
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto flex w-full max-w-[36rem] flex-wrap items-center gap-x-4 gap-y-1 rounded-card border-2 border-line bg-surface py-2 pr-2 pl-4 shadow-popup"
    >
      <p className="min-w-0 flex-1 basis-[12rem]">
        <Marked>{toast.text}</Marked>
      </p>
      {toast.action !== undefined && (
        <Button
          look="secondary"
          onPress={() => {
            toast.action?.run();
            closeToast(id);
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <AriaButton
        aria-label={text('close')}
        onPress={() => closeToast(id)}
        className="flex size-12 items-center justify-center rounded-button text-text-2 hover:bg-sunken"
      >
        <XIcon aria-hidden className={icon} />
      </AriaButton>
    </div>
  );
}
