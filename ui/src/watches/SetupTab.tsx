// Everything a watch is, each part changed by the editor it was made with.

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { ClinicSearch } from '../choice/ClinicSearch.tsx';
import { DayField } from '../choice/DayField.tsx';
import { DoctorPicker, doctorsChosen } from '../choice/DoctorPicker.tsx';
import {
  type Choice,
  emptyChoice,
  emptyPlan,
  toChoice,
  toPlace,
  usePlan,
} from '../choice/draft.ts';
import { useRemoval } from '../choice/removed.ts';
import { SpecialtyList } from '../choice/SpecialtyList.tsx';
import { WhoField } from '../choice/Summary.tsx';
import { WishEditor } from '../choice/WishEditor.tsx';
import { isPast, wishFits, wishSentence } from '../choice/wish.ts';
import { doctorsWords } from '../choice/words.ts';
import { addDays, moscowDay, moscowMoment, useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import type { Activity, Tell, WatchDraft, WatchView } from '../ipc/host.ts';
import { useQuestions, useSetActivity, useUpdateWatch } from '../ipc/queries.ts';
import { Button, LinkButton } from '../kit/Button.tsx';
import { cx } from '../kit/cx.ts';
import { Radios } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, Note } from '../kit/Notes.tsx';
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
  const [opened, setOpened] = useState<Part | null>(null);
  const { watch } = view;
  // A place takes several questions: it is kept as far as it has come, and saved when asked.
  const { plan, change, clear } = usePlan(`place-${watch.id}`);
  const [begun] = plan?.choices ?? [];
  const unfinished =
    plan !== null && begun?.clinic != null && plan.at <= watch.places.length
      ? { at: plan.at, choice: begun }
      : null;
  const part: Part | null =
    opened ?? (unfinished === null ? null : { kind: 'place', at: unfinished.at });
  useEditorFocus(part === null ? null : partKey(part), opened !== null);
  const open = (next: Part) => {
    update.reset();
    setOpened(next);
  };
  const failed = update.isError && <ErrorNote error={update.error} />;
  const placeOf = (at: number, from: Choice) => ({
    from: unfinished?.at === at ? unfinished.choice : from,
    begun: unfinished?.at === at,
    busy: update.isPending,
    failed,
    onChange: (choice: Choice) => change({ ...emptyPlan(), at, choices: [choice] }),
    onCancel: () => {
      clear();
      setOpened(null);
    },
  });
  const draft: WatchDraft = {
    places: watch.places,
    wish: watch.wish,
    nickname: watch.nickname,
    until: watch.until,
    tell: watch.tell,
  };
  // What was sent and may not be in `watch` yet: one change does not undo another.
  const sent = useRef<Partial<WatchDraft>>({});
  const save = (next: Partial<WatchDraft>, then = () => announce(text('saved'))) => {
    sent.current = { ...sent.current, ...next };
    update.mutate(
      { id: watch.id, draft: { ...draft, ...sent.current } },
      {
        onSuccess: then,
        onError: () => {
          sent.current = {};
        },
      },
    );
  };
  const saveAndClose = (next: Partial<WatchDraft>) =>
    save(next, () => {
      clear();
      setOpened(null);
      showToast({ text: text('saved'), lasts: 5_000 });
    });
  const edited = (kind: Exclude<Part['kind'], 'place'>) => ({
    open: part?.kind === kind,
    draft,
    failed,
    busy: update.isPending,
    onOpen: () => open({ kind }),
    onDone: () => setOpened(null),
  });
  const lost = view.state.kind === 'unbound' ? view.state.lost.map(({ place }) => place) : [];
  const set = (next: Activity) => activity.mutate({ id: watch.id, activity: next });

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
                  {...placeOf(at, toChoice(place, view.addresses[at] ?? null))}
                  alike={null}
                  onDone={(next) =>
                    saveAndClose({
                      places: watch.places.map((one, index) => (index === at ? next : one)),
                    })
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
                      onPress={() => open({ kind: 'place', at })}
                    >
                      {text('change')}
                    </Button>
                    {watch.places.length > 1 && (
                      <Button
                        look="danger"
                        aria-label={text('place-remove-what', { what: place.clinicName })}
                        onPress={() =>
                          saveAndClose({ places: watch.places.filter((_, index) => index !== at) })
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
            {...placeOf(watch.places.length, emptyChoice())}
            alike={
              watch.places[0] === undefined
                ? null
                : { ferId: watch.places[0].ferId, name: watch.places[0].specialtyName }
            }
            onDone={(next) => saveAndClose({ places: [...watch.places, next] })}
          />
        ) : part?.kind === 'place' ? null : (
          <div>
            <Button
              data-opens={`place-${watch.places.length}`}
              onPress={() => open({ kind: 'place', at: watch.places.length })}
            >
              {text('place-add')}
            </Button>
          </div>
        )}
      </Section>
      <TimePart
        {...edited('time')}
        sentence={wishSentence(watch.wish, text, format)}
        onSave={(wish) => save({ wish })}
      />
      <WhoPart {...edited('who')} onSave={(nickname) => save({ nickname })} />
      <TellPart
        tell={update.isPending ? (update.variables.draft.tell ?? watch.tell) : watch.tell}
        onSave={(tell) => save({ tell })}
        failed={opened === null && failed}
      />
      <UntilPart {...edited('until')} onSave={(until) => save({ until })} />
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

/**
 * An editor takes the focus when it is opened, not when it was open already, and gives it back
 * to the button that opens it.
 */
function useEditorFocus(part: string | null, asked: boolean) {
  const last = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when an editor opens or closes
  useEffect(() => {
    const key = last.current;
    last.current = part;
    const target =
      part !== null && asked ? '[data-editor]' : key !== null && `[data-opens="${key}"]`;
    if (target !== false) document.querySelector<HTMLElement>(target)?.focus();
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
  failed: ReactNode;
  busy: boolean;
  onOpen: () => void;
  onDone: () => void;
  onSave: (value: Value) => void;
}

/** Typing is one change: it is saved when it stops for so long. */
const PAUSE = 500;

/** A part of the watch while it is edited: what fits is saved without being asked. */
function useEdited<Value>(kept: Value, onSave: (value: Value) => void) {
  const [value, setValue] = useState(kept);
  const [wrong, setWrong] = useState(false);
  const [waits, setWaits] = useState(false);
  const unsaved = useRef<{ value: Value } | null>(null);
  const latest = useRef(onSave);
  latest.current = onSave;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const flush = useCallback(() => {
    clearTimeout(timer.current);
    const last = unsaved.current;
    unsaved.current = null;
    setWaits(false);
    if (last !== null) latest.current(last.value);
  }, []);
  // Whoever leaves loses nothing.
  useEffect(() => flush, [flush]);
  const change = (next: Value, fits: boolean) => {
    clearTimeout(timer.current);
    setValue(next);
    setWrong(!fits);
    setWaits(fits);
    unsaved.current = fits ? { value: next } : null;
    if (fits) timer.current = setTimeout(flush, PAUSE);
  };
  return { value, change, wrong, waits };
}

/** How it is with the saving, beside the way out; one line in any case. */
function DoneRow({
  wrong,
  waits,
  failed,
  onDone,
}: {
  wrong: boolean;
  waits: boolean;
  failed: boolean;
  onDone: () => void;
}) {
  const text = useText();
  const says = wrong ? 'unsaved-wrong' : waits || failed ? 'unsaved' : 'saves-itself';
  return (
    <div className="flex flex-wrap items-center gap-4">
      <Button look="primary" onPress={onDone}>
        {text('done')}
      </Button>
      <p className={wrong ? 'font-medium text-danger' : 'text-text-2'}>{text(says)}</p>
    </div>
  );
}

function SaveRow({
  disabled,
  unsaved,
  onSave,
  onCancel,
}: {
  disabled: boolean;
  unsaved: boolean;
  onSave: () => void;
  onCancel: () => void;
}) {
  const text = useText();
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button look="primary" isDisabled={disabled} onPress={onSave}>
        {text('save')}
      </Button>
      <Button onPress={onCancel}>{text('cancel')}</Button>
      <p className={cx('text-text-2', !unsaved && 'invisible')}>{text('unsaved')}</p>
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

function TimePart({ sentence, ...part }: PartProps<WatchDraft['wish']> & { sentence: string }) {
  const text = useText();
  return (
    <Section
      title={text('crumb-time')}
      hint={part.open ? undefined : sentence}
      actions={
        !part.open && <ChangeButton what={text('crumb-time')} opens="time" onPress={part.onOpen} />
      }
    >
      {part.open && <TimeEditor {...part} />}
    </Section>
  );
}

function TimeEditor({ draft, failed, busy, onDone, onSave }: PartProps<WatchDraft['wish']>) {
  const { value, change, wrong, waits } = useEdited(draft.wish, onSave);
  return (
    <Editor>
      <WishEditor value={value} onChange={(wish) => change(wish, wishFits(wish))} />
      {failed}
      <DoneRow wrong={wrong} waits={waits || busy} failed={failed !== false} onDone={onDone} />
    </Editor>
  );
}

function WhoPart(part: PartProps<string>) {
  const text = useText();
  return (
    <Section
      title={text('who-title')}
      hint={
        part.open ? undefined : part.draft.nickname === '' ? text('who-me') : part.draft.nickname
      }
      actions={
        !part.open && <ChangeButton what={text('who-title')} opens="who" onPress={part.onOpen} />
      }
    >
      {part.open && <WhoEditor {...part} />}
    </Section>
  );
}

function WhoEditor({ draft, failed, busy, onDone, onSave }: PartProps<string>) {
  const text = useText();
  const named = (who: { forOther: boolean; nickname: string }) =>
    who.forOther ? who.nickname.trim() : '';
  const { value, change, wrong, waits } = useEdited(
    { forOther: draft.nickname !== '', nickname: draft.nickname },
    (who) => onSave(named(who)),
  );
  const [error, setError] = useState<string | null>(null);
  const done = () => {
    if (wrong) setError(text('who-name-error'));
    else onDone();
  };
  return (
    <Editor>
      <WhoField
        plan={value}
        change={(part) => {
          const next = { ...value, ...part };
          setError(null);
          change(next, !next.forOther || named(next) !== '');
        }}
        error={error}
        onEnter={done}
      />
      {failed}
      <DoneRow
        wrong={error !== null}
        waits={waits || wrong || busy}
        failed={failed !== false}
        onDone={done}
      />
    </Editor>
  );
}

/** In which order the channels tell: one press, saved at once. */
function TellPart({
  tell,
  onSave,
  failed,
}: {
  tell: Tell;
  onSave: (tell: Tell) => void;
  failed: ReactNode;
}) {
  const text = useText();
  const channels = useQuery(useQuestions().channels()).data;
  const none =
    channels !== undefined &&
    channels.telegram.state.kind === 'off' &&
    channels.mail.state.kind === 'off' &&
    channels.push.state.kind === 'off';
  return (
    <Section title={text('tell-order')}>
      <Radios
        label={text('tell-order')}
        hideLabel
        value={tell}
        onChange={onSave}
        options={(['ladder', 'atOnce'] as const).map((value) => ({
          value,
          label: text(`tell-${value}`),
          hint: text(`tell-${value}-hint`),
        }))}
      />
      {none && (
        <Note
          tone="neutral"
          actions={
            <LinkButton to="/settings/$section" params={{ section: 'telegram' }}>
              {text('tell-connect')}
            </LinkButton>
          }
        >
          {text('tell-none')}
        </Note>
      )}
      {failed}
    </Section>
  );
}

function UntilPart(part: PartProps<string | null>) {
  const text = useText();
  const format = useFormat();
  const { until } = part.draft;
  return (
    <Section
      title={text('until-title')}
      hint={
        part.open
          ? undefined
          : until === null
            ? text('until-none')
            : text('until-day', { day: format.date(until) })
      }
      actions={
        !part.open && (
          <ChangeButton what={text('until-title')} opens="until" onPress={part.onOpen} />
        )
      }
    >
      {part.open && <UntilEditor {...part} />}
    </Section>
  );
}

function UntilEditor({ draft, failed, busy, onDone, onSave }: PartProps<string | null>) {
  const text = useText();
  const { value, change, wrong, waits } = useEdited(draft.until, onSave);
  return (
    <Editor>
      <DayField
        label={text('until-label')}
        hint={text('until-hint')}
        error={isPast(value) ? text('problem-past') : null}
        value={value}
        onChange={(until) => change(until, !isPast(until))}
      />
      {failed}
      <DoneRow wrong={wrong} waits={waits || busy} failed={failed !== false} onDone={onDone} />
    </Editor>
  );
}

/** The three questions of a place, one after another, in one section. */
function PlaceEditor({
  from,
  begun,
  alike,
  busy,
  failed,
  onChange,
  onCancel,
  onDone,
}: {
  from: Choice;
  /** Changed and not saved. */
  begun: boolean;
  alike: { ferId: string | null; name: string } | null;
  busy: boolean;
  failed: ReactNode;
  onChange: (choice: Choice) => void;
  onCancel: () => void;
  onDone: (place: NonNullable<ReturnType<typeof toPlace>>) => void;
}) {
  const text = useText();
  const [choice, put] = useState(from);
  const setChoice = (next: Choice) => {
    put(next);
    onChange(next);
  };
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
        unsaved={begun}
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
