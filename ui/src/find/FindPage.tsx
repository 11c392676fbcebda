import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ClinicSearch } from '../choice/ClinicSearch.tsx';
import { type Crumb, Crumbs } from '../choice/Crumbs.tsx';
import { DoctorPicker, doctorsChosen } from '../choice/DoctorPicker.tsx';
import {
  choiceOf,
  emptyChoice,
  type Plan,
  toChoice,
  toDraft,
  usePlan,
  withChoice,
} from '../choice/draft.ts';
import { FreeNow } from '../choice/FreeNow.tsx';
import { Next } from '../choice/Next.tsx';
import { SpecialtyList } from '../choice/SpecialtyList.tsx';
import { Summary } from '../choice/Summary.tsx';
import { WishEditor } from '../choice/WishEditor.tsx';
import { isPast, wishFits } from '../choice/wish.ts';
import { doctorsWords, watchTitle } from '../choice/words.ts';
import { useText } from '../i18n/text.ts';
import { useAddWatch } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { Page } from '../kit/Page.tsx';
import { showToast } from '../kit/toasts.ts';

const STEPS = ['clinic', 'specialty', 'doctors', 'time', 'summary'] as const;
type Step = (typeof STEPS)[number];
const isStep = (word: string | undefined): word is Step => STEPS.some((step) => step === word);

/** The furthest step the answers allow. */
function reached(plan: Plan, step: Step): Step {
  const choice = choiceOf(plan);
  if (choice.clinic === null)
    return plan.choices.length > 1 && step === 'summary' ? step : 'clinic';
  if (choice.specialty === null) return step === 'clinic' ? step : 'specialty';
  return step;
}

export function FindPage() {
  const text = useText();
  const { plan, change, clear } = usePlan('find');
  const params = useParams({ strict: false });
  const { link } = useSearch({ strict: false });
  if (plan === null)
    return (
      <Page title={text('find-clinic')}>
        <ListSkeleton rows={6} />
      </Page>
    );
  const asked = isStep(params.step) ? params.step : 'clinic';
  return (
    <Find
      key={link}
      plan={plan}
      change={change}
      clear={clear}
      step={reached(plan, asked)}
      link={link}
    />
  );
}

function Find({
  plan,
  change,
  clear,
  step,
  link,
}: {
  plan: Plan;
  change: (plan: Plan) => void;
  clear: () => void;
  step: Step;
  link: string | undefined;
}) {
  const text = useText();
  const navigate = useNavigate();
  const add = useAddWatch();
  const [whoError, setWhoError] = useState<string | null>(null);
  const choice = choiceOf(plan);
  const { clinic, specialty } = choice;

  const go = (to: Step, next?: Plan) => {
    if (next !== undefined) change(next);
    navigate({ to: '/find/$step', params: { step: to } });
  };
  const begun = clinic !== null;
  const further: Step = specialty === null ? 'specialty' : 'doctors';
  const onward = plan.choices.length > 1 ? 'summary' : 'time';

  const wait = () => {
    const draft = toDraft(plan);
    if (draft === null) return;
    if (plan.forOther && draft.nickname === '') {
      setWhoError(text('who-name-error'));
      return;
    }
    setWhoError(null);
    add.mutate(draft, {
      onSuccess: () => {
        clear();
        navigate({ to: '/watches' });
        showToast({
          text: text('watch-added', { title: watchTitle(draft.places, text) }),
          lasts: 8_000,
        });
      },
    });
  };

  const crumbs: Crumb[] = [];
  if (clinic !== null && step !== 'clinic' && step !== 'summary') {
    crumbs.push({
      label: text('crumb-clinic'),
      value: clinic.name,
      change: () => go('clinic'),
    });
    if (specialty !== null && step !== 'specialty') {
      crumbs.push({
        label: text('crumb-specialty'),
        value: specialty.name,
        change: () => go('specialty'),
      });
      if (step === 'time')
        crumbs.push({
          label: text('crumb-doctors'),
          value: doctorsWords(choice.doctors, text),
          change: () => go('doctors'),
        });
    }
  }
  const title = {
    clinic: text('find-clinic'),
    specialty: text('find-specialty'),
    doctors: text('find-doctors'),
    time: text('find-time'),
    summary: text('find-summary'),
  }[step];

  return (
    <Page title={title}>
      <Crumbs crumbs={crumbs} />
      {step === 'clinic' && (
        <>
          {plan.choices.length > 1 && (
            <Note
              actions={
                <Button
                  onPress={() =>
                    go('summary', {
                      ...plan,
                      at: 0,
                      choices: plan.choices.filter(({ specialty: of }) => of !== null),
                    })
                  }
                >
                  {text('find-back-to-summary')}
                </Button>
              }
            >
              {text('find-adding', { n: plan.at + 1 })}
            </Note>
          )}
          {begun && plan.choices.length === 1 && (
            <Note
              actions={
                <>
                  <Button onPress={() => go(further)}>{text('find-continue')}</Button>
                  <Button onPress={clear}>{text('find-restart')}</Button>
                </>
              }
            >
              {text('find-stopped', {
                what: [clinic.name, specialty?.name].filter(Boolean).join(' · '),
              })}
            </Note>
          )}
          <ClinicSearch
            initial={link ?? (begun ? plan.search : '')}
            onChoose={({ id, name, address, districtId }, search) => {
              const kept = clinic?.id === id;
              go(
                'specialty',
                withChoice(
                  { ...plan, search },
                  kept ? {} : { ...emptyChoice(), clinic: { id, name, address, districtId } },
                ),
              );
            }}
            onDraft={(draft) => {
              const [place] = draft.places;
              if (place !== undefined) go('doctors', withChoice(plan, toChoice(place)));
            }}
          />
        </>
      )}
      {step === 'specialty' && clinic !== null && (
        <SpecialtyList
          clinic={clinic.id}
          alike={plan.at > 0 ? (plan.choices[0]?.specialty ?? null) : null}
          onChoose={({ id, name, ferId }) => {
            const kept = specialty?.id === id;
            go(
              'doctors',
              withChoice(
                plan,
                kept ? {} : { specialty: { id, name, ferId }, doctors: { kind: 'any' } },
              ),
            );
          }}
          onOther={() => go('clinic')}
        />
      )}
      {step === 'doctors' && clinic !== null && specialty !== null && (
        <>
          <FreeNow choice={choice} onWait={() => go('time')} />
          <DoctorPicker
            clinic={clinic.id}
            specialty={specialty.id}
            value={choice.doctors}
            onChange={(doctors) => change(withChoice(plan, { doctors }))}
          >
            <Next
              disabled={!doctorsChosen(choice.doctors)}
              why={choice.doctors.kind === 'any' ? '' : text('doctor-choose-one')}
              onPress={() => go(onward)}
            />
          </DoctorPicker>
        </>
      )}
      {step === 'time' && (
        <>
          <WishEditor value={plan.wish} onChange={(wish) => change({ ...plan, wish })} />
          <Next
            disabled={!wishFits(plan.wish)}
            why={text('wish-fix')}
            onPress={() => go('summary')}
          />
        </>
      )}
      {step === 'summary' && (
        <>
          <Summary plan={plan} change={change} go={go} whoError={whoError} />
          {add.isError && <ErrorNote error={add.error} retry={wait} />}
          <div>
            <Button
              look="primary"
              isDisabled={add.isPending || toDraft(plan) === null || isPast(plan.until)}
              onPress={wait}
            >
              {text('wait')}
            </Button>
          </div>
        </>
      )}
    </Page>
  );
}
