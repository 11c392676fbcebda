// «К кому именно?»: any doctor, chosen ones, or all but some.

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useFormat } from '../i18n/format.ts';
import { type Text, useText } from '../i18n/text.ts';
import type { ClinicId, Doctor, DoctorChoice, DoctorRef, SpecialtyId } from '../ipc/host.ts';
import { useQuestions } from '../ipc/queries.ts';
import { cx } from '../kit/cx.ts';
import { Check, Radios } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { useShown } from '../kit/shown.tsx';
import { Checked } from './Checked.tsx';
import { Free } from './SpecialtyList.tsx';

export function DoctorPicker({
  clinic,
  specialty,
  value,
  onChange,
  children,
}: {
  clinic: ClinicId;
  specialty: SpecialtyId;
  value: DoctorChoice;
  onChange: (value: DoctorChoice) => void;
  /** The way on: before the list when the list is only to be read. */
  children?: ReactNode;
}) {
  const text = useText();
  const doctors = useQuery(useQuestions().doctors(clinic, specialty));

  const list = [...(doctors.data?.value ?? [])].sort(
    (a, b) =>
      Number(b.counts.free > 0) - Number(a.counts.free > 0) || a.name.localeCompare(b.name, 'ru'),
  );
  const { shown, more } = useShown(list);

  if (doctors.isPending) return <ListSkeleton rows={5} />;
  if (doctors.data === undefined)
    return <ErrorNote error={doctors.error} retry={() => doctors.refetch()} />;
  const chosen: DoctorRef[] = value.kind === 'any' ? [] : value.doctors;
  // A doctor chosen before stays to be seen, even if the list has lost them.
  const lost = chosen.filter(({ id }) => !list.some((doctor) => doctor.id === id));
  const leftBy = (out: DoctorRef[]) =>
    list.filter((doctor) => !out.some(({ id }) => id === doctor.id)).length;
  const toggle = (doctor: DoctorRef, on: boolean) => {
    if (value.kind === 'any') return;
    const rest = chosen.filter(({ id }) => id !== doctor.id);
    const next = on ? [...rest, doctor] : rest;
    if (value.kind === 'except' && leftBy(next) === 0) announce(text('doctor-none-left'));
    onChange({ ...value, doctors: next });
  };
  return (
    <div className="flex flex-col gap-4">
      {doctors.isError && <ErrorNote error={doctors.error} retry={() => doctors.refetch()} />}
      {list.length === 0 && <Note tone="neutral">{text('no-doctors')}</Note>}
      <Radios
        label={text('doctor-whom')}
        hideLabel
        value={value.kind}
        onChange={(kind) => onChange(kind === 'any' ? { kind } : { kind, doctors: chosen })}
        options={[
          { value: 'any', label: text('doctor-any') },
          ...(list.length + lost.length > 0
            ? [
                { value: 'only' as const, label: text('doctor-only') },
                { value: 'except' as const, label: text('doctor-except') },
              ]
            : []),
        ]}
      />
      {value.kind !== 'any' && (
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-2 font-medium">
            {text(value.kind === 'only' ? 'doctor-only-which' : 'doctor-except-which')}
          </legend>
          {shown.map((doctor) => (
            <Check
              key={doctor.id}
              selected={chosen.some(({ id }) => id === doctor.id)}
              onChange={(on) => toggle({ id: doctor.id, name: doctor.name }, on)}
            >
              <DoctorLine doctor={doctor} />
            </Check>
          ))}
          {more}
          {lost.map((doctor) => (
            <Check key={doctor.id} selected onChange={(on) => toggle(doctor, on)}>
              <span className="block font-medium">
                <Marked>{doctor.name}</Marked>
              </span>
              <span className="block text-caption text-warn">{text('doctor-lost')}</span>
            </Check>
          ))}
        </fieldset>
      )}
      {value.kind === 'except' && list.length > 0 && <Left n={leftBy(chosen)} />}
      {children}
      {value.kind === 'any' && list.length > 0 && (
        <section aria-label={text('doctor-list')}>
          <h2 className="mb-2 font-medium text-text-2">{text('doctor-list')}</h2>
          <ul className="divide-y divide-border rounded-card border border-border bg-surface px-4">
            {shown.map((doctor) => (
              <li key={doctor.id} className="py-3">
                <DoctorLine doctor={doctor} />
              </li>
            ))}
          </ul>
          {more && <div className="mt-3">{more}</div>}
        </section>
      )}
      <Checked
        at={doctors.data.checkedAt}
        busy={doctors.isFetching}
        refresh={() => doctors.refetch()}
      />
    </div>
  );
}

/** Bare numbers say nothing by themselves. */
const areasWords = (area: string | null, text: Text) =>
  area !== null && /^[\d\s,.;-]+$/.test(area) ? text('doctor-areas', { areas: area }) : area;

/** How many are waited for. Both sentences keep their place, so that nothing moves. */
function Left({ n }: { n: number }) {
  const text = useText();
  return (
    <div className="grid *:[grid-area:1/1]">
      <p className={cx('text-text-2', n === 0 && 'invisible')}>{text('doctor-left', { n })}</p>
      <p className={cx('font-medium text-warn', n > 0 && 'invisible')}>
        {text('doctor-none-left')}
      </p>
    </div>
  );
}

function DoctorLine({ doctor }: { doctor: Doctor }) {
  const format = useFormat();
  const text = useText();
  const { first } = doctor.counts;
  const soonest =
    first === null ? null : first.kind === 'day' ? format.day(first.day) : format.when(first.at);
  return (
    <span className="flex flex-wrap items-baseline justify-between gap-x-4">
      <span className="min-w-0">
        <span className="block font-medium">
          <Marked>{doctor.name}</Marked>
        </span>
        {[doctor.note, areasWords(doctor.area, text)]
          .filter((note) => note !== null)
          .map((note) => (
            <span key={note} className="block text-caption text-text-2">
              <Marked>{note}</Marked>
            </span>
          ))}
      </span>
      <span className="text-caption">
        <Free free={doctor.counts.free} />
        {soonest !== null && (
          <span className="text-text-2"> · {text('soonest', { when: soonest })}</span>
        )}
      </span>
    </span>
  );
}

export const doctorsChosen = (value: DoctorChoice) =>
  value.kind === 'any' || value.doctors.length > 0;
