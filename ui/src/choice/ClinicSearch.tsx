// «Где искать?»: a search field on top, the answers below as a list of buttons.

import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { memo, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/text.ts';
import type { Clinic, ClinicId, WatchDraft } from '../ipc/host.ts';
import { useQuestions } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { SearchInput } from '../kit/Fields.tsx';
import { ChoiceList, ChoiceRow } from '../kit/List.tsx';
import { announce } from '../kit/live.ts';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { useRecent } from './recent.ts';

const PAGE = 30;
const OWN = 5;
const QUIET = 500;
const isLink = (text: string) => /gorzdrav\.spb\.ru/i.test(text);

export function ClinicSearch({
  initial = '',
  onChoose: choose,
  onDraft,
}: {
  /** What stands in the field at first: what was typed before, or a link. */
  initial?: string;
  /** With what was typed. */
  onChoose: (clinic: Clinic, typed: string) => void;
  onDraft: (draft: WatchDraft) => void;
}) {
  const text = useText();
  const [typed, setTyped] = useState(initial);
  const [district, setDistrict] = useState<{ id: string; name: string } | null>(null);
  const [choosing, setChoosing] = useState(false);
  const [limit, setLimit] = useState(PAGE);
  const list = useRef<HTMLUListElement>(null);

  const change = (next: string) => {
    setTyped(next);
    setLimit(PAGE);
    if (next !== '') setChoosing(false);
  };
  const link = isLink(typed) ? typed.trim() : null;
  const [recent, remember] = useRecent();
  const own = useOwn(recent);
  const untouched = typed.trim() === '' && district === null;
  const chosen = useRef((_: Clinic) => {});
  chosen.current = (clinic) => {
    remember(clinic.id);
    choose(clinic, typed);
  };
  // The same for as long as the page stands: rows that stay are not drawn anew at each letter.
  const onChoose = useCallback((clinic: Clinic) => chosen.current(clinic), []);

  return (
    <div className="flex flex-col gap-4">
      <SearchInput
        label={text('clinic-search')}
        value={typed}
        onChange={change}
        onArrowDown={() => list.current?.querySelector('button')?.focus()}
      />
      <div className="flex flex-wrap items-center gap-2">
        {district !== null ? (
          <>
            <span className="text-text-2">
              {text('clinic-district-is', { district: district.name })}
            </span>
            <Button onPress={() => setDistrict(null)}>{text('clinic-district-clear')}</Button>
          </>
        ) : (
          <Button aria-expanded={choosing} onPress={() => setChoosing(!choosing)}>
            {text('clinic-district-choose')}
          </Button>
        )}
      </div>
      {link !== null ? (
        <FromLink link={link} onChoose={onChoose} onDraft={onDraft} />
      ) : choosing && district === null ? (
        <Districts
          onChoose={(chosen) => {
            setDistrict(chosen);
            setChoosing(false);
            setLimit(PAGE);
          }}
        />
      ) : untouched && own === undefined ? (
        <ListSkeleton rows={6} />
      ) : (
        <>
          {untouched && own !== undefined && <Own clinics={own} onChoose={onChoose} />}
          <Hits
            typed={typed.trim()}
            district={district?.id ?? null}
            limit={limit}
            more={() => setLimit(limit + 2 * PAGE)}
            onChoose={onChoose}
            listRef={list}
          />
        </>
      )}
    </div>
  );
}

function Hits({
  typed,
  district,
  limit,
  more,
  onChoose,
  listRef,
}: {
  typed: string;
  district: string | null;
  limit: number;
  more: () => void;
  onChoose: (clinic: Clinic) => void;
  listRef: RefObject<HTMLUListElement | null>;
}) {
  const text = useText();
  const hits = useQuery({
    ...useQuestions().searchClinics(typed, district, limit),
    placeholderData: keepPreviousData,
  });
  const total = hits.isPlaceholderData ? undefined : hits.data?.total;
  useEffect(() => {
    if (total === undefined || typed === '') return;
    const timer = setTimeout(() => announce(text('clinic-count', { n: total })), QUIET);
    return () => clearTimeout(timer);
  }, [total, typed, text]);

  if (hits.isPending) return <ListSkeleton rows={8} details />;
  if (hits.isError) return <ErrorNote error={hits.error} retry={() => hits.refetch()} />;
  const { clinics, readAs } = hits.data;
  if (clinics.length === 0)
    return (
      <Note tone="neutral">
        {typed === '' ? text('clinic-list-empty') : text('no-results', { q: typed })}
      </Note>
    );
  return (
    <>
      {readAs !== null && <p className="text-text-2">{text('clinic-read-as', { q: readAs })}</p>}
      <p className="text-caption text-text-2">{text('clinic-count', { n: hits.data.total })}</p>
      <ChoiceList label={text('clinic-list')} listRef={listRef}>
        {clinics.map((clinic) => (
          <ClinicRow key={clinic.id} clinic={clinic} onChoose={onChoose} />
        ))}
      </ChoiceList>
      {hits.data.total > clinics.length && (
        <div>
          <Button onPress={more}>
            {text('show-more', { n: hits.data.total - clinics.length })}
          </Button>
        </div>
      )}
    </>
  );
}

/** Clinics that were chosen lately or are watched; `undefined` until they are known. */
function useOwn(recent: ClinicId[] | undefined): Clinic[] | undefined {
  const questions = useQuestions();
  const watches = useQuery(questions.watches());
  const watched = (watches.data ?? []).flatMap(({ watch }) => watch.places);
  const ids = new Set([...(recent ?? []), ...watched.map(({ clinicId }) => clinicId)]);
  const own = useQueries({ queries: [...ids].slice(0, OWN).map((id) => questions.clinic(id)) });
  if (recent === undefined || watches.isPending || own.some(({ isPending }) => isPending))
    return undefined;
  return own.map(({ data }) => data).filter((clinic) => clinic !== undefined);
}

function Own({ clinics, onChoose }: { clinics: Clinic[]; onChoose: (clinic: Clinic) => void }) {
  const text = useText();
  if (clinics.length === 0) return null;
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-medium text-text-2">{text('clinic-own')}</h2>
      <ChoiceList label={text('clinic-own')}>
        {clinics.map((clinic) => (
          <ClinicRow key={clinic.id} clinic={clinic} onChoose={onChoose} />
        ))}
      </ChoiceList>
    </section>
  );
}

const ClinicRow = memo(function ClinicRow({
  clinic,
  onChoose,
}: {
  clinic: Clinic;
  onChoose: (clinic: Clinic) => void;
}) {
  const text = useText();
  const district = text('clinic-district-name', { district: clinic.districtName });
  return (
    <ChoiceRow
      title={clinic.name}
      details={[clinic.address, district, clinic.kind].filter(Boolean).join(' · ')}
      onPress={() => onChoose(clinic)}
    />
  );
});

function Districts({ onChoose }: { onChoose: (district: { id: string; name: string }) => void }) {
  const text = useText();
  const districts = useQuery(useQuestions().districts());
  if (districts.isPending) return <ListSkeleton rows={6} />;
  if (districts.isError)
    return <ErrorNote error={districts.error} retry={() => districts.refetch()} />;
  if (districts.data.value.length === 0)
    return <Note tone="neutral">{text('clinic-list-empty')}</Note>;
  return (
    <ChoiceList label={text('clinic-districts')}>
      {districts.data.value.map((district) => (
        <ChoiceRow
          key={district.id}
          title={text('clinic-district-name', { district: district.name })}
          onPress={() => onChoose(district)}
        />
      ))}
    </ChoiceList>
  );
}

/** A pasted link of the booking site: as deep as it reaches. */
function FromLink({
  link,
  onChoose,
  onDraft,
}: {
  link: string;
  onChoose: (clinic: Clinic) => void;
  onDraft: (draft: WatchDraft) => void;
}) {
  const text = useText();
  const questions = useQuestions();
  const target = useQuery(questions.readLink(link));
  const clinicId = target.data?.clinicId ?? null;
  const deep = target.data !== undefined && target.data.specialtyId !== null;
  const draft = useQuery(questions.draftFromLink(deep ? link : null));
  const clinic = useQuery({
    ...questions.clinic(clinicId ?? ''),
    enabled: clinicId !== null && !deep,
  });

  if (target.isError) return <ErrorNote error={target.error} />;
  if (deep && draft.isError) return <ErrorNote error={draft.error} retry={() => draft.refetch()} />;
  if (clinic.isError) return <ErrorNote error={clinic.error} retry={() => clinic.refetch()} />;
  if (deep && draft.isSuccess) {
    const made = draft.data;
    const place = made.places[0];
    return (
      <Note
        tone="ok"
        actions={
          <Button look="primary" onPress={() => onDraft(made)}>
            {text('link-use')}
          </Button>
        }
      >
        {text('link-read', {
          what: [
            place?.clinicName,
            place?.specialtyName,
            place?.doctors.kind === 'only'
              ? place.doctors.doctors.map(({ name }) => name).join(', ')
              : null,
          ]
            .filter(Boolean)
            .join(' · '),
        })}
      </Note>
    );
  }
  if (clinic.isSuccess) {
    const found = clinic.data;
    return (
      <Note
        tone="ok"
        actions={
          <Button look="primary" onPress={() => onChoose(found)}>
            {text('link-use')}
          </Button>
        }
      >
        {text('link-read', { what: found.name })}
      </Note>
    );
  }
  if (target.isSuccess && clinicId === null) return <Note tone="warn">{text('link-shallow')}</Note>;
  return <ListSkeleton rows={1} />;
}
