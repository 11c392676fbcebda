import { useQuery } from '@tanstack/react-query';
import PlusIcon from 'lucide-react/icons/plus';
import { useState } from 'react';
import { SecretsAsked } from '../channels/SecretsAsked.tsx';
import { useText } from '../i18n/text.ts';
import { useQuestions, useSettings } from '../ipc/queries.ts';
import { Button, LinkButton } from '../kit/Button.tsx';
import { ErrorNote, ListSkeleton } from '../kit/Notes.tsx';
import { Page } from '../kit/Page.tsx';
import { SimpleActions } from './Simple.tsx';
import { CheckButton, StatusLine, Troubles } from './StatusLine.tsx';
import { WatchCard } from './WatchCard.tsx';

const PAGE = 30;

export function HomePage() {
  const text = useText();
  const watches = useQuery(useQuestions().watches());
  const some = watches.data !== undefined && watches.data.length > 0;
  const simple = useSettings().settings?.simple === true;
  return (
    <Page
      title={text('nav-watches')}
      status={<StatusLine />}
      actions={
        some &&
        !simple && (
          <>
            <CheckButton label={text('check-now')} />
            <LinkButton
              look="primary"
              to="/find"
              icon={<PlusIcon aria-hidden className="size-[1.2rem]" />}
            >
              {text('add')}
            </LinkButton>
          </>
        )
      }
    >
      <Troubles />
      <Watches simple={simple} />
      {simple && <SimpleActions />}
      {/* It is known late where a key store is slow: last, it moves nothing. */}
      {watches.isSuccess && <SecretsAsked />}
    </Page>
  );
}

function Watches({ simple }: { simple: boolean }) {
  const text = useText();
  const watches = useQuery(useQuestions().watches());
  const [limit, setLimit] = useState(PAGE);
  if (watches.isPending) return <ListSkeleton rows={3} tall />;
  if (watches.data === undefined)
    return <ErrorNote error={watches.error} retry={() => watches.refetch()} />;
  if (watches.data.length === 0) return <EmptyHome simple={simple} />;
  return (
    <>
      {watches.isError && <ErrorNote error={watches.error} retry={() => watches.refetch()} />}
      <ul className="flex flex-col gap-4">
        {watches.data.slice(0, limit).map((view) => (
          <li key={view.watch.id}>
            <WatchCard view={view} />
          </li>
        ))}
      </ul>
      {watches.data.length > limit && (
        <div>
          <Button onPress={() => setLimit(limit + PAGE)}>
            {text('show-more', { n: watches.data.length - limit })}
          </Button>
        </div>
      )}
    </>
  );
}

export function EmptyHome({ simple = false }: { simple?: boolean }) {
  const text = useText();
  return (
    <div className="flex flex-col items-start gap-6 rounded-card border border-border bg-surface p-6">
      <p className="text-lead">{text('empty-home')}</p>
      {!simple && (
        <LinkButton look="primary" to="/find">
          {text('nav-find')}
        </LinkButton>
      )}
    </div>
  );
}
