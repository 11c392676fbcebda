import { Link, useParams } from '@tanstack/react-router';
import { Mail } from '../channels/Mail.tsx';
import { Push } from '../channels/Push.tsx';
import { Telegram } from '../channels/Telegram.tsx';
import { useText } from '../i18n/text.ts';
import { useSettings, useSettingsError } from '../ipc/queries.ts';
import { ErrorNote, ListSkeleton } from '../kit/Notes.tsx';
import { Page } from '../kit/Page.tsx';
import { About } from './About.tsx';
import { Appearance, Notifications, Start } from './Basic.tsx';
import { Checks } from './Checks.tsx';
import { Data } from './Data.tsx';

export const SECTIONS = [
  'notifications',
  'telegram',
  'mail',
  'push',
  'view',
  'start',
  'checks',
  'data',
  'about',
] as const;
type SectionName = (typeof SECTIONS)[number];

const PAGES: Record<SectionName, () => React.ReactNode> = {
  notifications: Notifications,
  telegram: Telegram,
  mail: Mail,
  push: Push,
  view: Appearance,
  start: Start,
  checks: Checks,
  data: Data,
  about: About,
};

export function SettingsPage() {
  const text = useText();
  const params = useParams({ strict: false });
  const { query } = useSettings();
  const error = useSettingsError();
  const section = SECTIONS.find((name) => name === params.section) ?? 'notifications';
  const Shown = PAGES[section];
  return (
    <Page
      title={
        params.section === undefined
          ? text('nav-settings')
          : text('settings-title', { section: text(`settings-${section}`) })
      }
    >
      <nav aria-label={text('settings-sections')}>
        <ul className="flex flex-wrap gap-2">
          {SECTIONS.map((name) => (
            <li key={name}>
              <Link
                to="/settings/$section"
                params={{ section: name }}
                aria-current={name === section ? 'page' : undefined}
                className="fade flex min-h-12 items-center rounded-button border-2 border-border bg-surface px-4 py-2 font-medium text-text-2 no-underline hover:border-line hover:text-text aria-[current=page]:border-primary aria-[current=page]:bg-primary-soft aria-[current=page]:text-primary"
              >
                {text(`settings-${name}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {error !== null && <ErrorNote error={error} />}
      {query.isPending ? (
        <ListSkeleton rows={4} />
      ) : query.isError ? (
        <ErrorNote error={query.error} retry={() => query.refetch()} />
      ) : (
        <Shown />
      )}
    </Page>
  );
}
