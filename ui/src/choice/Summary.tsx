// The last question: is this what we wait for? For whom, and until when.

import { useRef, useState } from 'react';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import { Button } from '../kit/Button.tsx';
import { Radios, TextInput } from '../kit/Fields.tsx';
import { Marked } from '../kit/marked.tsx';
import { DayField } from './DayField.tsx';
import { emptyChoice, type Plan, toPlace } from './draft.ts';
import { isPast, wishSentence } from './wish.ts';
import { doctorsWords } from './words.ts';

const NICKNAME = 40;

export function WhoField({
  plan,
  change,
  error,
  onEnter,
}: {
  plan: Pick<Plan, 'forOther' | 'nickname'>;
  change: (part: { forOther?: boolean; nickname?: string }) => void;
  error?: string | null;
  onEnter?: () => void;
}) {
  const text = useText();
  const [chosen, setChosen] = useState(false);
  const arrow = useRef(false);
  return (
    <div
      className="flex flex-col gap-4"
      // Whoever goes through the answers with arrows is not taken out of them.
      onKeyDownCapture={() => {
        arrow.current = true;
      }}
      onKeyUpCapture={() => {
        arrow.current = false;
      }}
    >
      <Radios
        label={text('who-label')}
        hideLabel
        value={plan.forOther ? 'other' : 'me'}
        onChange={(who) => {
          setChosen(!arrow.current);
          change({ forOther: who === 'other' });
        }}
        options={[
          { value: 'me', label: text('who-me') },
          { value: 'other', label: text('who-other') },
        ]}
      />
      {plan.forOther && (
        <TextInput
          label={text('who-name')}
          hint={text('who-name-hint')}
          error={error ?? null}
          value={plan.nickname}
          maxLength={NICKNAME}
          autoFocus={chosen}
          onChange={(nickname) => change({ nickname })}
          {...(onEnter === undefined ? {} : { onEnter })}
        />
      )}
    </div>
  );
}

export function Summary({
  plan,
  change,
  go,
  whoError,
}: {
  plan: Plan;
  change: (plan: Plan) => void;
  go: (step: 'clinic' | 'specialty' | 'doctors' | 'time', plan: Plan) => void;
  whoError: string | null;
}) {
  const text = useText();
  const format = useFormat();
  return (
    <div className="flex flex-col gap-6">
      <ul className="flex flex-col gap-4">
        {plan.choices.map((choice, at) => {
          const place = toPlace(choice);
          if (place === null) return null;
          const here = { ...plan, at };
          return (
            <li
              key={`${place.clinicId}/${place.specialtyId}`}
              className="rounded-card border border-border bg-surface p-4"
            >
              <ul className="flex flex-col gap-3">
                <Row
                  label={text('crumb-clinic')}
                  value={[place.clinicName, choice.clinic?.address].filter(Boolean).join(' · ')}
                  onChange={() => go('clinic', here)}
                />
                <Row
                  label={text('crumb-specialty')}
                  value={place.specialtyName}
                  onChange={() => go('specialty', here)}
                />
                <Row
                  label={text('crumb-doctors')}
                  value={doctorsWords(place.doctors, text)}
                  onChange={() => go('doctors', here)}
                />
              </ul>
              {plan.choices.length > 1 && (
                <div className="mt-3">
                  <Button
                    look="danger"
                    onPress={() =>
                      change({
                        ...plan,
                        at: 0,
                        choices: plan.choices.filter((_, other) => other !== at),
                      })
                    }
                  >
                    {text('place-remove')}
                  </Button>
                </div>
              )}
            </li>
          );
        })}
      </ul>
      <div>
        <Button
          onPress={() =>
            go('clinic', {
              ...plan,
              at: plan.choices.length,
              choices: [...plan.choices, emptyChoice()],
            })
          }
        >
          {text('place-add')}
        </Button>
      </div>
      <ul className="rounded-card border border-border bg-surface p-4">
        <Row
          label={text('crumb-time')}
          value={wishSentence(plan.wish, text, format)}
          onChange={() => go('time', plan)}
        />
      </ul>
      <section className="flex flex-col gap-3">
        <h2 className="text-h3 font-semibold">{text('who-title')}</h2>
        <WhoField plan={plan} change={(part) => change({ ...plan, ...part })} error={whoError} />
      </section>
      <DayField
        label={text('until-label')}
        hint={text('until-hint')}
        error={isPast(plan.until) ? text('problem-past') : null}
        value={plan.until}
        onChange={(until) => change({ ...plan, until })}
      />
    </div>
  );
}

function Row({ label, value, onChange }: { label: string; value: string; onChange: () => void }) {
  const text = useText();
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-[12rem]">
        <p className="text-caption text-text-2">{label}</p>
        <p className="font-medium">
          <Marked>{value}</Marked>
        </p>
      </div>
      <Button aria-label={text('change-what', { what: label })} onPress={onChange}>
        {text('change')}
      </Button>
    </li>
  );
}
