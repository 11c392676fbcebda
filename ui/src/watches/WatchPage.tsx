import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { watchTitle, whereWords } from '../choice/words.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import { HostError } from '../ipc/host.ts';
import { useQuestions } from '../ipc/queries.ts';
import { LinkButton } from '../kit/Button.tsx';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { Page } from '../kit/Page.tsx';
import { MoreMenu } from '../kit/Popups.tsx';
import { query } from '../kit/query.ts';
import { HistoryTab } from './HistoryTab.tsx';
import { SetupTab } from './SetupTab.tsx';
import { SlotsTab } from './SlotsTab.tsx';
import { Troubles } from './StatusLine.tsx';
import { SHARED, StateTag } from './state.tsx';
import { useWatchMenu } from './WatchCard.tsx';

const TABS = ['slots', 'history', 'setup'] as const;

export function WatchPage() {
  const text = useText();
  const { id } = useParams({ strict: false });
  const number = Number(id);
  const watch = useQuery(useQuestions().watch(number));
  const back = { to: '/watches', label: text('nav-watches') };
  if (watch.isPending)
    return (
      <Page title={text('watch')} back={back}>
        <ListSkeleton rows={4} />
      </Page>
    );
  const gone = watch.error instanceof HostError && watch.error.code === 'notFound';
  if (gone || watch.data === undefined)
    return (
      <Page title={text('watch')} back={back}>
        {gone ? (
          <Note
            tone="neutral"
            actions={
              <LinkButton look="secondary" to="/watches">
                {text('nav-watches')}
              </LinkButton>
            }
          >
            {text('watch-gone')}
          </Note>
        ) : (
          <ErrorNote error={watch.error} retry={() => watch.refetch()} />
        )}
      </Page>
    );
  return <Ready key={number} view={watch.data} />;
}

function Ready({ view }: { view: Parameters<typeof SlotsTab>[0]['view'] }) {
  const text = useText();
  const format = useFormat();
  const navigate = useNavigate();
  const search: { tab?: string } = useSearch({ strict: false });
  const tab = TABS.find((name) => name === search.tab) ?? 'slots';
  const title = watchTitle(view.watch.places, text);
  const menu = useWatchMenu(view, title).filter(({ id }) => id !== 'edit' && id !== 'remove');
  const { gapSecs, looksToday } = view;
  const gapWords = (seconds: number) =>
    seconds < 60 ? text('gap-short') : text('gap', { every: format.duration(seconds * 1000) });
  return (
    <Page
      title={title}
      back={{ to: '/watches', label: text('nav-watches') }}
      status={
        <span className="flex flex-col gap-2">
          <span>
            <Marked>{whereWords(view, text)}</Marked>
          </span>
          <StateTag view={view} />
          <span className="tabular text-caption">
            {[
              view.checkedAt === null
                ? text('status-never')
                : text('checked-at', { time: format.moment(view.checkedAt) }),
              gapSecs === null ? null : gapWords(gapSecs),
              text('looks-today', { n: looksToday }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </span>
      }
      actions={<MoreMenu label={text('more')} entries={menu} />}
    >
      {!SHARED.has(view.state.kind) && view.state.kind !== 'paused' && <Troubles />}
      <Tabs
        selectedKey={tab}
        onSelectionChange={(key) =>
          navigate({
            to: '/watches/$id',
            params: { id: String(view.watch.id) },
            search: query({ tab: String(key) }),
            replace: true,
          })
        }
        className="flex flex-col gap-6"
      >
        <TabList
          aria-label={text('watch-tabs')}
          className="flex flex-wrap gap-x-2 border-b-2 border-border"
        >
          {TABS.map((name) => (
            <Tab
              key={name}
              id={name}
              className="-mb-[2px] flex min-h-12 cursor-pointer items-center border-b-4 border-transparent px-4 py-2 font-medium text-text-2 hover:text-text data-[selected]:border-primary data-[selected]:text-primary"
            >
              {text(`tab-${name}`)}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="slots" className="flex flex-col gap-6">
          <SlotsTab view={view} />
        </TabPanel>
        <TabPanel id="history" className="flex flex-col gap-6">
          <HistoryTab view={view} />
        </TabPanel>
        <TabPanel id="setup" className="flex flex-col gap-6">
          <SetupTab view={view} title={title} />
        </TabPanel>
      </Tabs>
    </Page>
  );
}
