// Everything a watch is, each part changed by the editor it was made with.

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ClinicSearch } from '../choice/ClinicSearch.tsx';
import { DoctorPicker, doctorsChosen } from '../choice/DoctorPicker.tsx';
import { type Choice, emptyChoice, toChoice, toPlace } from '../choice/draft.ts';
import { useRemoval } from '../choice/removed.ts';
import { SpecialtyList } from '../choice/SpecialtyList.tsx';
import { WhoField } from '../choice/Summary.tsx';
import { DayField, WishEditor } from '../choice/WishEditor.tsx';
import { wishFits, wishSentence } from '../choice/wish.ts';
import { doctorsWords } from '../choice/words.ts';
import { addDays, moscowDay, moscowMoment, useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import type { Activity, WatchDraft, WatchView } from '../ipc/host.ts';
import { useQuestions, useSetActivity, useUpdateWatch } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';
import { showToast } from '../kit/toasts.ts';

type Part = { kind: 'place'; at: number } | { kind: 'time' } | { kind: 'who' } | { kind: 'until' };

export function SetupTab({ view, title }: { view: WatchView; title: string }) {
  const text = useText();
  const format = useFormat();
  const navigate = useNavigate();
  const update = useUpdateWatch();
  const activity = useSetActivity();
  const removal = useRemoval();
  const [part, setPart] = useState<Part | null>(null);
  useEditorFocus(part);
  const { watch } = view;
  const draft: WatchDraft = {
    places: watch.places,
    wish: watch.wish,
    nickname: watch.nickname,
    until: watch.until,
  };
  const save = (next: Partial<WatchDraft>) =>
    update.mutate(
      { id: watch.id, draft: { ...draft, ...next } },
      {
        onSuccess: () => {
          setPart(null);
          showToast({ text: text('saved'), lasts: 5_000 });
        },
      },
    );
  const lost = view.state.kind === 'unbound' ? view.state.lost.map(({ place }) => place) : [];
  const set = (next: Activity) => activity.mutate({ id: watch.id, activity: next });
  const failed = update.isError && <ErrorNote error={update.error} />;

  return (
    <>
      <Section title={text('setup-places')}>
        <ul className="flex flex-col gap-4">
          {watch.places.map((place, at) => (
            <li
              key={`${place.clinicId}/${place.specialtyId}`}
              className="border-b border-border pb-4 last:border-0 last:pb-0"
            >
              {part?.kind === 'place' && part.at === at ? (
                <PlaceEditor
                  from={toChoice(place, view.addresses[at] ?? null)}
                  alike={null}
                  busy={update.isPending}
                  failed={failed}
                  onCancel={() => setPart(null)}
                  onDone={(next) =>
                    save({ places: watch.places.map((one, index) => (index === at ? next : one)) })
                  }
                />
              ) : (
                <div className="flex flex-wrap items-start justify-between gap-3">
                  <div className="min-w-0 flex-1 basis-[14rem]">
                    <p className="font-medium">
                      <Marked>
                        {[place.clinicName, view.addresses[at]].filter(Boolean).join(' · ')}
                      </Marked>
                    </p>
                    <p>
                      <Marked>{`${place.specialtyName} — ${doctorsWords(place.doctors, text)}`}</Marked>
                    </p>
                    {lost.includes(at) && <p className="text-warn">{text('tag-unbound')}</p>}
                  </div>
                  <div className="flex flex-wrap gap-2">
                    <Button
                      data-opens={`place-${at}`}
                      aria-label={text('change-what', { what: place.clinicName })}
                      onPress={() => setPart({ kind: 'place', at })}
                    >
                      {text('change')}
                    </Button>
                    {watch.places.length > 1 && (
                      <Button
                        look="danger"
                        aria-label={text('place-remove-what', { what: place.clinicName })}
                        onPress={() =>
                          save({ places: watch.places.filter((_, index) => index !== at) })
                        }
                      >
                        {text('place-remove')}
                      </Button>
                    )}
                  </div>
                </div>
              )}
            </li>
          ))}
        </ul>
        {part?.kind === 'place' && part.at === watch.places.length ? (
          <PlaceEditor
            from={emptyChoice()}
            alike={
              watch.places[0] === undefined
                ? null
                : { ferId: watch.places[0].ferId, name: watch.places[0].specialtyName }
            }
            busy={update.isPending}
            failed={failed}
            onCancel={() => setPart(null)}
            onDone={(next) => save({ places: [...watch.places, next] })}
          />
        ) : part?.kind === 'place' ? null : (
          <div>
            <Button
              data-opens={`place-${watch.places.length}`}
              onPress={() => setPart({ kind: 'place', at: watch.places.length })}
            >
              {text('place-add')}
            </Button>
          </div>
        )}
      </Section>
      <TimePart
        open={part?.kind === 'time'}
        sentence={wishSentence(watch.wish, text, format)}
        draft={draft}
        busy={update.isPending}
        failed={failed}
        onOpen={() => setPart({ kind: 'time' })}
        onCancel={() => setPart(null)}
        onSave={(wish) => save({ wish })}
      />
      <WhoPart
        open={part?.kind === 'who'}
        draft={draft}
        busy={update.isPending}
        failed={failed}
        onOpen={() => setPart({ kind: 'who' })}
        onCancel={() => setPart(null)}
        onSave={(nickname) => save({ nickname })}
      />
      <UntilPart
        open={part?.kind === 'until'}
        draft={draft}
        busy={update.isPending}
        failed={failed}
        onOpen={() => setPart({ kind: 'until' })}
        onCancel={() => setPart(null)}
        onSave={(until) => save({ until })}
      />
      <Section title={text('setup-pause')} hint={activityWords(watch.activity)}>
        <div className="flex flex-wrap gap-2">
          {watch.activity.kind === 'on' ? (
            <>
              <Button
                onPress={() =>
                  set({
                    kind: 'pausedUntil',
                    until: new Date(Date.now() + 3_600_000).toISOString(),
                  })
                }
              >
                {text('pause-hour')}
              </Button>
              <Button
                onPress={() =>
                  set({
                    kind: 'pausedUntil',
                    until: moscowMoment(addDays(moscowDay(Date.now()), 1), '08:00').toISOString(),
                  })
                }
              >
                {text('pause-tomorrow')}
              </Button>
              <Button onPress={() => set({ kind: 'off' })}>{text('pause-off')}</Button>
            </>
          ) : (
            <Button look="primary" onPress={() => set({ kind: 'on' })}>
              {text('resume')}
            </Button>
          )}
        </div>
        {activity.isError && <ErrorNote error={activity.error} />}
      </Section>
      <Section title={text('setup-remove')} hint={text('setup-remove-hint')}>
        <div>
          <Button
            look="danger"
            onPress={() => removal.remove(watch.id, title, () => navigate({ to: '/watches' }))}
          >
            {text('remove')}
          </Button>
        </div>
        {removal.error !== null && <ErrorNote error={removal.error} />}
      </Section>
    </>
  );

  function activityWords(now: Activity): string {
    switch (now.kind) {
      case 'on':
        return text('activity-on');
      case 'off':
        return text('paused-off');
      case 'pausedUntil':
        return text('paused', { time: format.moment(now.until) });
      default:
        return now satisfies never;
    }
  }
}

const partKey = (part: Part) => (part.kind === 'place' ? `place-${part.at}` : part.kind);

/** An editor takes the focus when it opens, and gives it back to the button that opened it. */
function useEditorFocus(part: Part | null) {
  const last = useRef<string | null>(null);
  useEffect(() => {
    const key = last.current;
    last.current = part === null ? null : partKey(part);
    const target =
      part !== null ? '[data-editor]' : key !== null ? `[data-opens="${key}"]` : undefined;
    if (target !== undefined) document.querySelector<HTMLElement>(target)?.focus();
  }, [part]);
}

/** What an open editor stands in. */
function Editor({ children }: { children: ReactNode }) {
  return (
    <div data-editor tabIndex={-1} className="flex flex-col gap-4">
      {children}
    </div>
  );
}

interface PartProps<Value> {
  open: boolean;
  draft: WatchDraft;
  busy: boolean;
  failed: ReactNode;
  onOpen: () => void;
  onCancel: () => void;
  onSave: (value: Value) => void;
}

function SaveRow({
  disabled,
  onSave,
  onCancel,
}: {
  disabled: boolean;
  onSave: () => void;
  onCancel: () => void;
}) {
  const text = useText();
  return (
    <div className="flex flex-wrap gap-2">
      <Button look="primary" isDisabled={disabled} onPress={onSave}>
        {text('save')}
      </Button>
      <Button onPress={onCancel}>{text('cancel')}</Button>
    </div>
  );
}

function ChangeButton({
  what,
  opens,
  onPress,
}: {
  what: string;
  opens?: string;
  onPress: () => void;
}) {
  const text = useText();
  return (
    <Button data-opens={opens} aria-label={text('change-what', { what })} onPress={onPress}>
      {text('change')}
    </Button>
  );
}

function TimePart({
  open,
  sentence,
  draft,
  busy,
  failed,
  onOpen,
  onCancel,
  onSave,
}: PartProps<WatchDraft['wish']> & { sentence: string }) {
  const text = useText();
  const [wish, setWish] = useState(draft.wish);
  return (
    <Section
      title={text('crumb-time')}
      hint={open ? undefined : sentence}
      actions={
        !open && (
          <ChangeButton
            what={text('crumb-time')}
            opens="time"
            onPress={() => {
              setWish(draft.wish);
              onOpen();
            }}
          />
        )
      }
    >
      {open && (
        <Editor>
          <WishEditor value={wish} onChange={setWish} />
          {failed}
          <SaveRow
            disabled={busy || !wishFits(wish)}
            onSave={() => onSave(wish)}
            onCancel={onCancel}
          />
        </Editor>
      )}
    </Section>
  );
}

function WhoPart({ open, draft, busy, failed, onOpen, onCancel, onSave }: PartProps<string>) {
  const text = useText();
  const [who, setWho] = useState({ forOther: draft.nickname !== '', nickname: draft.nickname });
  const [error, setError] = useState<string | null>(null);
  return (
    <Section
      title={text('who-title')}
      hint={open ? undefined : draft.nickname === '' ? text('who-me') : draft.nickname}
      actions={
        !open && (
          <ChangeButton
            what={text('who-title')}
            opens="who"
            onPress={() => {
              setWho({ forOther: draft.nickname !== '', nickname: draft.nickname });
              onOpen();
            }}
          />
        )
      }
    >
      {open && (
        <Editor>
          <WhoField plan={who} change={(part) => setWho({ ...who, ...part })} error={error} />
          {failed}
          <SaveRow
            disabled={busy}
            onSave={() => {
              const name = who.forOther ? who.nickname.trim() : '';
              if (who.forOther && name === '') setError(text('who-name-error'));
              else onSave(name);
            }}
            onCancel={onCancel}
          />
        </Editor>
      )}
    </Section>
  );
}

function UntilPart({
  open,
  draft,
  busy,
  failed,
  onOpen,
  onCancel,
  onSave,
}: PartProps<string | null>) {
  const text = useText();
  const format = useFormat();
  const [until, setUntil] = useState(draft.until);
  return (
    <Section
      title={text('until-title')}
      hint={
        open
          ? undefined
          : draft.until === null
            ? text('until-none')
            : text('until-day', { day: format.date(draft.until) })
      }
      actions={
        !open && (
          <ChangeButton
            what={text('until-title')}
            opens="until"
            onPress={() => {
              setUntil(draft.until);
              onOpen();
            }}
          />
        )
      }
    >
      {open && (
        <Editor>
          <DayField
            label={text('until-label')}
            hint={text('until-hint')}
            value={until}
            onChange={setUntil}
          />
          {failed}
          <SaveRow disabled={busy} onSave={() => onSave(until)} onCancel={onCancel} />
        </Editor>
      )}
    </Section>
  );
}

/** The three questions of a place, one after another, in one section. */
function PlaceEditor({
  from,
  alike,
  busy,
  failed,
  onCancel,
  onDone,
}: {
  from: Choice;
  alike: { ferId: string | null; name: string } | null;
  busy: boolean;
  failed: ReactNode;
  onCancel: () => void;
  onDone: (place: NonNullable<ReturnType<typeof toPlace>>) => void;
}) {
  const text = useText();
  const [choice, setChoice] = useState(from);
  const { clinic, specialty } = choice;
  const about = useQuery({
    ...useQuestions().clinic(clinic?.id ?? ''),
    enabled: clinic !== null && clinic.address === null,
  });
  const place = toPlace(choice);
  return (
    <Editor>
      {clinic !== null && (
        <Chosen
          label={text('crumb-clinic')}
          value={[clinic.name, clinic.address ?? about.data?.address].filter(Boolean).join(' · ')}
          onChange={() => setChoice(emptyChoice())}
        />
      )}
      {clinic !== null && specialty !== null && (
        <Chosen
          label={text('crumb-specialty')}
          value={specialty.name}
          onChange={() => setChoice({ ...choice, specialty: null, doctors: { kind: 'any' } })}
        />
      )}
      {clinic === null ? (
        <ClinicSearch
          onChoose={({ id, name, address, districtId }) =>
            setChoice({ ...emptyChoice(), clinic: { id, name, address, districtId } })
          }
          onDraft={(draft) => {
            const [linked] = draft.places;
            if (linked !== undefined) setChoice(toChoice(linked));
          }}
        />
      ) : specialty === null ? (
        <SpecialtyList
          clinic={clinic.id}
          alike={alike}
          onChoose={({ id, name, ferId }) =>
            setChoice({ ...choice, specialty: { id, name, ferId }, doctors: { kind: 'any' } })
          }
          onOther={() => setChoice(emptyChoice())}
        />
      ) : (
        <DoctorPicker
          clinic={clinic.id}
          specialty={specialty.id}
          value={choice.doctors}
          onChange={(doctors) => setChoice({ ...choice, doctors })}
        />
      )}
      {failed}
      <SaveRow
        disabled={busy || place === null || !doctorsChosen(choice.doctors)}
        onSave={() => {
          if (place !== null) onDone(place);
        }}
        onCancel={onCancel}
      />
    </Editor>
  );
}

function Chosen({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: () => void;
}) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p className="min-w-0">
        <span className="block text-caption text-text-2">{label}</span>
        <span className="block font-medium">{value}</span>
      </p>
      <ChangeButton what={label} onPress={onChange} />
    </div>
  );
}
