// Watches and settings from a file: chosen, looked through, then taken or left.

import { unbroken, useText } from '../i18n/text.ts';
import { problemSentence } from '../ipc/errors.ts';
import type { ImportPlan, ImportRow } from '../ipc/host.ts';
import { useChooseImport, useImport } from '../ipc/queries.ts';
import { Button, type Look } from '../kit/Button.tsx';
import { ErrorNote } from '../kit/Notes.tsx';
import { AskDialog } from '../kit/Popups.tsx';
import { watchTitle } from './words.ts';

/** So many watches of a kind are named, the rest is counted. */
const NAMED = 10;

export function TakeFile({
  label,
  look,
  onTaken,
}: {
  label: string;
  look: Look;
  onTaken: (added: number) => void;
}) {
  const text = useText();
  const choose = useChooseImport();
  const take = useImport();
  const plan = choose.data ?? null;
  const added = plan?.watches.filter(({ fate }) => fate.kind === 'new').length ?? 0;
  return (
    <>
      <Button
        look={look}
        isDisabled={choose.isPending || take.isPending}
        onPress={() => {
          take.reset();
          choose.mutate(undefined);
        }}
      >
        {label}
      </Button>
      {choose.isError && <ErrorNote error={choose.error} />}
      {take.isError && <ErrorNote error={take.error} />}
      <AskDialog
        isOpen={plan !== null}
        onOpenChange={(open) => {
          if (!open) choose.reset();
        }}
        look="secondary"
        title={text('import-plan')}
        confirm={
          added > 0
            ? text('import-add', { n: added })
            : plan?.settings
              ? text('import-settings-only')
              : undefined
        }
        cancel={text(added > 0 || plan?.settings ? 'cancel' : 'close')}
        onConfirm={() => {
          take
            .mutateAsync(undefined)
            .then(({ watches }) => onTaken(watches))
            .catch(() => {});
        }}
      >
        {plan !== null && <Plan plan={plan} />}
      </AskDialog>
    </>
  );
}

function Plan({ plan }: { plan: ImportPlan }) {
  const text = useText();
  const of = (...kinds: ImportRow['fate']['kind'][]) =>
    plan.watches.filter(({ fate }) => kinds.includes(fate.kind));
  return (
    <div className="mt-4 flex flex-col gap-5">
      {plan.watches.length === 0 && <p>{text('import-no-watches')}</p>}
      <Rows title={text('import-new')} rows={of('new')} />
      <Rows title={text('import-known')} rows={of('known')} />
      <Rows title={text('import-bad')} rows={of('invalid', 'unreadable')} />
      {plan.settings !== null && (
        <p>
          {text('import-settings')} {text('import-budget', { n: plan.settings.budgetPerHour })}
          {plan.settings.bursts && ` ${text('import-bursts')}`}
        </p>
      )}
    </div>
  );
}

function Rows({ title, rows }: { title: string; rows: ImportRow[] }) {
  const text = useText();
  if (rows.length === 0) return null;
  return (
    <section>
      <h3 className="font-semibold text-text">{`${title}: ${rows.length}`}</h3>
      <ul className="mt-1 flex flex-col divide-y divide-border">
        {rows.slice(0, NAMED).map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a watch of a file has no identity but its place
          <li key={at} className="py-2">
            <Row row={row} />
          </li>
        ))}
        {rows.length > NAMED && (
          <li className="py-2">{text('free-more', { n: rows.length - NAMED })}</li>
        )}
      </ul>
    </section>
  );
}

function Row({ row: { draft, fate } }: { row: ImportRow }) {
  const text = useText();
  const why =
    fate.kind === 'invalid'
      ? fate.problems.map((problem) => text(problemSentence(problem)))
      : fate.kind === 'unreadable'
        ? [text('import-unreadable')]
        : [];
  const about = [
    draft?.places.map(({ clinicName }) => clinicName).join(', '),
    draft?.nickname && text('for-whom', { nick: draft.nickname }),
  ].filter(Boolean);
  const title = draft === null ? '' : watchTitle(draft.places, text);
  return (
    <>
      {title !== '' && <p className="font-medium break-words text-text">{title}</p>}
      {about.length > 0 && (
        <p className="text-caption break-words">{unbroken(about.join(' · '))}</p>
      )}
      {why.map((sentence) => (
        <p key={sentence} className="text-caption text-warn">
          {sentence}
        </p>
      ))}
    </>
  );
}
