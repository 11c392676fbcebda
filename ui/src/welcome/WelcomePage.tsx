// The first run: one question per page, made of the same parts as «Найти врача».

import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ClinicSearch } from '../choice/ClinicSearch.tsx';
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
import { WhoField } from '../choice/Summary.tsx';
import { TakeFile } from '../choice/TakeFile.tsx';
import { Trial } from '../choice/Trial.tsx';
import { WishEditor } from '../choice/WishEditor.tsx';
import { wishFits } from '../choice/wish.ts';
import { useText } from '../i18n/text.ts';
import {
  useAddWatch,
  useDemo,
  useQuestions,
  useSettings,
  useSettingsError,
} from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { Radios, Toggle } from '../kit/Fields.tsx';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, ListSkeleton } from '../kit/Notes.tsx';
import { Page, Section } from '../kit/Page.tsx';
import { showToast } from '../kit/toasts.ts';

const STEPS = ['hello', 'who', 'clinic', 'specialty', 'doctors', 'time', 'tell', 'done'] as const;
type Step = (typeof STEPS)[number];
const isStep = (word: string | undefined): word is Step => STEPS.some((step) => step === word);

function reached(plan: Plan, step: Step): Step {
  const at = STEPS.indexOf(step);
  const choice = choiceOf(plan);
  if (step === 'done') return step;
  if (at > STEPS.indexOf('clinic') && choice.clinic === null) return 'clinic';
  if (at > STEPS.indexOf('specialty') && choice.specialty === null) return 'specialty';
  return step;
}

export function WelcomePage() {
  const text = useText();
  const { plan, change, clear } = usePlan('welcome');
  const params = useParams({ strict: false });
  const { settings } = useSettings();
  if (plan === null || settings === undefined)
    return (
      <Page title={text('welcome-hello')}>
        <ListSkeleton rows={3} />
      </Page>
    );
  const step = reached(plan, isStep(params.step) ? params.step : 'hello');
  return (
    <div className="mx-auto max-w-[44rem]">
      <Steps plan={plan} change={change} clear={clear} step={step} />
    </div>
  );
}

function Steps({
  plan,
  change,
  clear,
  step,
}: {
  plan: Plan;
  change: (plan: Plan) => void;
  clear: () => void;
  step: Step;
}) {
  const text = useText();
  const navigate = useNavigate();
  const { settings, change: set } = useSettings();
  const add = useAddWatch();
  const settingsError = useSettingsError();
  const [whoError, setWhoError] = useState<string | null>(null);
  // Offered as on, and set only when the first run is finished.
  const [autostart, setAutostart] = useState(true);
  const choice = choiceOf(plan);
  const { clinic, specialty } = choice;
  const at = STEPS.indexOf(step);
  const previous = STEPS[at - 1];

  const go = (to: Step, next?: Plan) => {
    if (next !== undefined) change(next);
    navigate({ to: '/welcome/$step', params: { step: to } });
  };
  const leave = () => {
    set({ welcomed: true });
    navigate({ to: '/watches' });
  };
  const named = () => {
    if (plan.forOther && plan.nickname.trim() === '') {
      setWhoError(text('who-name-error'));
      return;
    }
    setWhoError(null);
    go('clinic');
  };
  const finish = () => {
    const draft = toDraft(plan);
    if (draft === null) return;
    add.mutate(draft, {
      onSuccess: () => {
        set({ autostart, welcomed: true });
        clear();
        go('done');
      },
    });
  };

  return (
    <Page
      title={text(`welcome-${step}`)}
      status={
        at > 0 && step !== 'done' ? (
          <span className="text-caption">
            {text('welcome-step', { n: at, of: STEPS.length - 2 })}
          </span>
        ) : undefined
      }
      {...(previous !== undefined && step !== 'done'
        ? { back: { to: `/welcome/${previous}`, label: text('back') } }
        : {})}
    >
      {settingsError !== null && <ErrorNote error={settingsError} />}
      {step === 'hello' && <Hello onStart={() => go('who')} onLeave={leave} />}
      {step === 'who' && (
        <>
          <WhoField
            plan={plan}
            change={(part) => change({ ...plan, ...part })}
            error={whoError}
            onEnter={named}
          />
          <Next disabled={false} why="" onPress={named} />
        </>
      )}
      {step === 'clinic' && (
        <ClinicSearch
          initial={clinic === null ? '' : plan.search}
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
      )}
      {step === 'specialty' && clinic !== null && (
        <>
          <p className="text-text-2">
            <Marked>{clinic.name}</Marked>
          </p>
          <SpecialtyList
            clinic={clinic.id}
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
        </>
      )}
      {step === 'doctors' && clinic !== null && specialty !== null && (
        <>
          <p className="text-text-2">
            <Marked>{`${clinic.name} · ${specialty.name}`}</Marked>
          </p>
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
              onPress={() => go('time')}
            />
          </DoctorPicker>
        </>
      )}
      {step === 'time' && (
        <>
          <WishEditor value={plan.wish} onChange={(wish) => change({ ...plan, wish })} />
          <Next disabled={!wishFits(plan.wish)} why={text('wish-fix')} onPress={() => go('tell')} />
        </>
      )}
      {step === 'tell' && settings !== undefined && (
        <>
          <Section title={text('trial-heading')}>
            <Trial onUnseen={() => navigate({ to: '/help/notifications' })} />
          </Section>
          <Section title={text('tell-switches')}>
            <Toggle
              label={text('set-sound')}
              selected={settings.sound}
              onChange={(sound) => set({ sound })}
            />
            <Toggle label={text('set-autostart')} selected={autostart} onChange={setAutostart} />
          </Section>
          {add.isError && <ErrorNote error={add.error} retry={finish} />}
          <Next disabled={add.isPending} why="" label={text('welcome-finish')} onPress={finish} />
        </>
      )}
      {step === 'done' && (
        <>
          <p className="measure text-lead">{text('welcome-done-text')}</p>
          <div>
            <Button look="primary" onPress={leave}>
              {text('understood')}
            </Button>
          </div>
        </>
      )}
      {step !== 'hello' && step !== 'done' && (
        <div className="border-t border-border pt-4">
          <Button look="quiet" onPress={leave}>
            {text('welcome-leave')}
          </Button>
        </div>
      )}
    </Page>
  );
}

const SIZES = ['normal', 'large', 'largest'] as const;
const SAMPLE = {
  normal: 'text-[18px]',
  large: 'text-[21px]',
  largest: 'text-[24px]',
};

function Hello({ onStart, onLeave }: { onStart: () => void; onLeave: () => void }) {
  const text = useText();
  const { settings, change } = useSettings();
  const demo = useDemo();
  const status = useQuery(useQuestions().status());
  const inDemo = status.data?.demo === true;
  const navigate = useNavigate();
  if (settings === undefined) return null;
  return (
    <>
      <Radios
        label={text('set-text-size')}
        row
        value={settings.textSize}
        onChange={(textSize) => change({ textSize })}
        options={SIZES.map((value) => ({
          value,
          label: <span className={SAMPLE[value]}>{text(`text-size-${value}`)}</span>,
        }))}
      />
      <Radios
        label={text('set-language')}
        row
        value={settings.language}
        onChange={(language) => change({ language })}
        options={[
          { value: 'ru', label: <span lang="ru">Русский</span> },
          { value: 'en', label: <span lang="en">English</span> },
        ]}
      />
      <div>
        <Button look="primary" onPress={onStart}>
          {text('welcome-start')}
        </Button>
      </div>
      <div className="flex flex-col items-start gap-2 border-t border-border pt-4">
        <TakeFile
          label={text('welcome-file')}
          look="quiet"
          onTaken={(n) => {
            showToast({ text: text('data-imported', { n }), lasts: 10_000 });
            onLeave();
          }}
        />
        {!inDemo && (
          <Button
            look="quiet"
            isDisabled={demo.isPending}
            onPress={() => demo.mutate(true, { onSuccess: () => navigate({ to: '/watches' }) })}
          >
            {text('welcome-demo')}
          </Button>
        )}
        <Button look="quiet" onPress={onLeave}>
          {text('welcome-leave')}
        </Button>
      </div>
      {demo.isError && <ErrorNote error={demo.error} />}
    </>
  );
}
