import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useText } from '../i18n/text.ts';
import type { ClinicId, Specialty } from '../ipc/host.ts';
import { useQuestions } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { SearchInput } from '../kit/Fields.tsx';
import { asRead, fold, matches } from '../kit/fold.ts';
import { ChoiceList, ChoiceRow } from '../kit/List.tsx';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { useShown } from '../kit/shown.tsx';
import { CallButton } from './Call.tsx';
import { Checked } from './Checked.tsx';
import { meansSo } from './everyday.ts';

const MANY = 12;
const hasSlots = ({ counts }: Specialty) => counts.free > 0;
/** «Какой врач?»: those with slots first, and the one chosen elsewhere before all. */
export function SpecialtyList({
  clinic,
  alike,
  onChoose,
  onOther,
}: {
  clinic: ClinicId;
  alike?: { ferId: string | null; name: string } | null;
  onChoose: (specialty: Specialty) => void;
  onOther: () => void;
}) {
  const text = useText();
  const questions = useQuestions();
  const specialties = useQuery(questions.specialties(clinic));
  const about = useQuery(questions.clinic(clinic));
  const [typed, setTyped] = useState('');

  const all = specialties.data?.value;
  const isAlike = (specialty: Specialty) =>
    alike != null &&
    ((alike.ferId !== null && alike.ferId === specialty.ferId) ||
      fold(alike.name) === fold(specialty.name));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `isAlike` reads `alike` only
  const ordered = useMemo(
    () =>
      [...(all ?? [])].sort(
        (a, b) =>
          Number(isAlike(b)) - Number(isAlike(a)) ||
          Number(hasSlots(b)) - Number(hasSlots(a)) ||
          a.name.localeCompare(b.name, 'ru'),
      ),
    [all, alike],
  );

  const asked = typed.trim() !== '';
  const named = asked ? ordered.filter(({ name }) => matches(name, typed) > 0) : ordered;
  const meant = asked
    ? ordered.filter((one) => !named.includes(one) && meansSo(one.name, typed))
    : [];
  const { shown, more } = useShown([...named, ...meant]);
  // Two alphabets, one after the other: each says what it is.
  const parted = !asked && ordered.some(hasSlots) && !ordered.every(hasSlots);
  const others = shown.filter((one) => !isAlike(one));
  const groups = parted
    ? [
        { label: text('specialty-alike'), rows: shown.filter(isAlike) },
        { label: text('specialty-with-slots'), rows: others.filter(hasSlots) },
        { label: text('specialty-without'), rows: others.filter((one) => !hasSlots(one)) },
      ]
    : [{ label: text('specialty-list'), rows: shown }];

  if (specialties.isPending) return <ListSkeleton rows={8} />;
  if (specialties.data === undefined)
    return <ErrorNote error={specialties.error} retry={() => specialties.refetch()} />;
  if (ordered.length === 0) {
    const phone = about.data?.phone ?? null;
    return (
      <div className="flex flex-col gap-4">
        <Note
          tone="neutral"
          actions={
            <>
              <CallButton phone={phone} />
              <Button onPress={onOther}>{text('clinic-other')}</Button>
            </>
          }
        >
          {phone === null ? text('no-online-no-phone') : text('no-online', { phone })}
        </Note>
        <Checked
          at={specialties.data.checkedAt}
          busy={specialties.isFetching}
          refresh={() => specialties.refetch()}
        />
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {specialties.isError && (
        <ErrorNote error={specialties.error} retry={() => specialties.refetch()} />
      )}
      {ordered.length > MANY && (
        <SearchInput label={text('specialty-search')} value={typed} onChange={setTyped} />
      )}
      {named.length === 0 && meant.length > 0 && (
        <p className="text-text-2">{text('specialty-means', { q: asRead(typed) })}</p>
      )}
      {shown.length === 0 ? (
        <Note
          tone="neutral"
          actions={
            <>
              <Button onPress={() => setTyped('')}>{text('specialty-all')}</Button>
              <Button onPress={onOther}>{text('clinic-other')}</Button>
            </>
          }
        >
          {text('specialty-none', { q: typed })}
        </Note>
      ) : (
        <section aria-label={text('specialty-list')} className="flex flex-col gap-4">
          {groups
            .filter(({ rows }) => rows.length > 0)
            .map(({ label, rows }) => (
              <div key={label} className="flex flex-col gap-2">
                {parted && <h2 className="font-medium text-text-2">{label}</h2>}
                <ChoiceList label={label}>
                  {rows.map((specialty) => (
                    <ChoiceRow
                      key={specialty.id}
                      title={specialty.name}
                      details={!parted && isAlike(specialty) ? text('specialty-alike') : undefined}
                      aside={<Free free={specialty.counts.free} />}
                      onPress={() => onChoose(specialty)}
                    />
                  ))}
                </ChoiceList>
              </div>
            ))}
        </section>
      )}
      {more}
      {shown.length > 0 && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <p className="text-text-2">{text('specialty-missing')}</p>
          <Button look="quiet" onPress={onOther}>
            {text('clinic-other')}
          </Button>
        </div>
      )}
      <Checked
        at={specialties.data.checkedAt}
        busy={specialties.isFetching}
        refresh={() => specialties.refetch()}
      />
    </div>
  );
}

/** «есть талоны: 12» / «талонов сейчас нет» */
export function Free({ free }: { free: number }) {
  const text = useText();
  return free > 0 ? (
    <span className="tabular font-semibold text-ok">{text('free-some', { n: free })}</span>
  ) : (
    <span className="text-text-2">{text('free-none')}</span>
  );
}
