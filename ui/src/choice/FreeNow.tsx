// «Талоны уже есть»: what is free this minute, before anybody starts to wait.

import { useQueries, useQuery } from '@tanstack/react-query';
import CheckIcon from 'lucide-react/icons/circle-check';
import ExternalIcon from 'lucide-react/icons/external-link';
import { useState } from 'react';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import type { DoctorChoice } from '../ipc/host.ts';
import { bookingLink } from '../ipc/link.ts';
import { useQuestions } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { groupBy } from '../kit/group.ts';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, Note } from '../kit/Notes.tsx';
import { useBookingSite } from './booking.ts';
import type { Choice } from './draft.ts';

const DOCTORS = 4;
const SHOWN = 4;

const covers = (choice: DoctorChoice, id: string) => {
  if (choice.kind === 'any') return true;
  const named = choice.doctors.some((doctor) => doctor.id === id);
  return choice.kind === 'only' ? named : !named;
};

export function FreeNow({ choice, onWait }: { choice: Choice; onWait: () => void }) {
  const text = useText();
  const format = useFormat();
  const questions = useQuestions();
  const site = useBookingSite();
  // As it was when the page opened: what stands above the list does not move it at every tick.
  const [wanted] = useState(choice.doctors);
  const clinicId = choice.clinic?.id ?? '';
  const specialtyId = choice.specialty?.id ?? '';
  const doctors = useQuery(questions.doctors(clinicId, specialtyId));
  const clinic = useQuery(questions.clinic(clinicId));
  const free = (doctors.data?.value ?? []).filter(
    ({ id, counts }) => counts.free > 0 && covers(wanted, id),
  );
  const asked = useQueries({
    queries: free.slice(0, DOCTORS).map(({ id }) => questions.slots(clinicId, id)),
  });
  const slots = asked
    .flatMap((answer, index) =>
      (answer.data?.value ?? []).map((slot) => ({ slot, doctor: free[index] })),
    )
    .sort((a, b) => (a.slot.start < b.slot.start ? -1 : 1));
  const district = clinic.data?.districtId;
  const asking = asked.some(({ isPending }) => isPending);
  // The counts are a hint: what is really free may be nothing.
  if (free.length === 0 || (slots.length === 0 && !asking)) return null;
  const total = Math.max(
    slots.length,
    free.reduce((sum, { counts }) => sum + counts.free, 0),
  );

  return (
    <Note
      tone="ok"
      icon={<CheckIcon />}
      actions={
        <>
          <Button
            look="primary"
            icon={<ExternalIcon aria-hidden className="size-[1.2rem]" />}
            isDisabled={district === undefined}
            onPress={() => {
              if (district !== undefined) site.open(bookingLink(district, clinicId, specialtyId));
            }}
          >
            {text('book')}
          </Button>
          <Button onPress={onWait}>{text('free-wait')}</Button>
        </>
      }
    >
      <h2 className="text-h3 font-semibold">{text('free-now')}</h2>
      <ul className="mt-2 flex flex-col gap-2">
        {asking &&
          Array.from({ length: Math.max(0, Math.min(SHOWN, total) - slots.length) }, (_, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows without an identity
            <li key={row} aria-hidden className="skeleton h-[1.5rem] max-w-[24rem]" />
          ))}
        {[...groupBy(slots.slice(0, SHOWN), ({ doctor }) => doctor)].map(([doctor, own]) => (
          <li key={doctor?.id}>
            <p>
              <Marked>{doctor?.name ?? ''}</Marked>
            </p>
            <ul>
              {own.map(({ slot }) => (
                <li key={slot.start} className="tabular font-semibold">
                  {slot.room === null
                    ? format.when(slot.start)
                    : text('slot-room', {
                        when: format.when(slot.start),
                        room: text('room', { room: slot.room }),
                      })}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {total > SHOWN && <p className="mt-1">{text('free-more', { n: total - SHOWN })}</p>}
      <p className="mt-2 text-caption text-text-2">{text('book-hint')}</p>
      {site.error !== null && <ErrorNote error={site.error} />}
    </Note>
  );
}
