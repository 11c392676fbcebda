// A watch in every state a watch can be in.

import type { DoctorChoice, ImportPlan, Place, WatchDraft } from '../host.ts';
import { CLINICS, CROWD, CROWDED, doctorsOf, NO_ONLINE, specialtiesOf } from './city.ts';
import { anyTime, type Memory } from './memory.ts';

export function place(clinic: string, specialty: string, doctors?: DoctorChoice): Place {
  const about = [...CLINICS, ...CROWD].find(({ id }) => id === clinic);
  const of = specialtiesOf(clinic).find(({ id }) => id === specialty);
  return {
    clinicId: clinic,
    clinicName: about?.name ?? clinic,
    specialtyId: specialty,
    specialtyName: of?.name ?? 'Терапевт',
    ferId: of?.ferId ?? null,
    doctors: doctors ?? { kind: 'any' },
  };
}

export function draft(part: Partial<WatchDraft> = {}): WatchDraft {
  return { places: [place('100', '1')], wish: anyTime(), nickname: '', until: null, ...part };
}

function firstDoctor(clinic: string, specialty: string): DoctorChoice {
  const [doctor] = doctorsOf(clinic, specialty);
  return doctor === undefined
    ? { kind: 'any' }
    : { kind: 'only', doctors: [{ id: doctor.id, name: doctor.name }] };
}

export function addEveryState({ world }: Memory) {
  const now = Date.now();
  const day = (ahead: number) => new Date(now + ahead * 86_400_000).toISOString().slice(0, 10);
  const add = (of: string, specialty: string, nickname: string, only = false) =>
    world.add(
      draft({
        places: [place(of, specialty, only ? firstDoctor(of, specialty) : undefined)],
        nickname,
      }),
    ).id;

  const found = add('100', '2', 'мама');
  world.release(found, 6);
  add('101', '1', '');
  const waiting = add('102', '4', 'папа', true);
  world.state(waiting, { kind: 'waiting' });
  const two = world.add(
    draft({
      places: [place('106', '3'), place('110', '3')],
      wish: {
        ...anyTime(),
        ranges: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '17:00:00', to: null }],
        notAfter: day(16),
      },
    }),
  ).id;
  world.state(two, { kind: 'waiting' }, { stale: true });
  world.state(add('105', '2', ''), { kind: 'opened', day: day(4) });
  world.state(add('111', '1', ''), {
    kind: 'clinicDown',
    since: new Date(now - 40 * 60_000).toISOString(),
  });
  world.state(add(NO_ONLINE, '1', 'бабушка'), { kind: 'noOnline', phone: '+7 (812) 000-17-59' });
  const lost = add('112', '2', '', true);
  world.state(lost, {
    kind: 'unbound',
    lost: [{ place: 0, suggestion: place('112', '2', firstDoctor('112', '2')) }],
  });
  world.state(add('115', '2', ''), { kind: 'unbound', lost: [{ place: 0, suggestion: null }] });
  world.state(add('116', '1', ''), { kind: 'siteDown' });
  world.state(add('117', '1', ''), { kind: 'blocked' });
  world.state(add('120', '1', ''), { kind: 'slowed' });
  world.state(add('121', '1', ''), { kind: 'offline' });
  world.state(add('122', '1', ''), {
    kind: 'paused',
    until: new Date(now + 3_600_000).toISOString(),
  });
  world.state(add('125', '1', ''), { kind: 'unchecked' });
  world.state(add('126', '1', ''), { kind: 'expired' });
}

/** A file with a watch for each thing that may become of one. */
export const mixedFile = (): ImportPlan => ({
  settings: true,
  watches: [
    { draft: draft({ places: [place('100', '2')], nickname: 'мама' }), fate: { kind: 'new' } },
    {
      draft: draft({ places: [place('106', '3'), place('110', '3')] }),
      fate: { kind: 'new' },
    },
    { draft: draft({ places: [place('101', '1')] }), fate: { kind: 'known' } },
    {
      draft: draft({ places: [place('105', '2')], nickname: 'папа' }),
      fate: { kind: 'invalid', problems: ['past'] },
    },
    { draft: null, fate: { kind: 'unreadable' } },
  ],
});

/** Long names, many slots, many watches, many alerts: for a host that is `crowded`. */
export function addCrowd({ world }: Memory) {
  const full = world.add(
    draft({ places: [place(CROWDED, '1')], nickname: 'бабушка Александра Константиновна из-под' }),
  ).id;
  world.look();
  world.release(full, 12);
  world.look();
  const many = world.add(
    draft({
      places: CROWD.slice(0, 20).map(({ id }) => place(id, '1')),
      wish: {
        ...anyTime(),
        ranges: (['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const).map((day) => ({
          days: [day],
          from: '08:00:00',
          to: '11:30:00',
        })),
      },
    }),
  ).id;
  world.state(many, { kind: 'waiting' }, { stale: true });
  for (const { id } of CROWD.slice(20, 70))
    world.state(world.add(draft({ places: [place(id, '1')] })).id, { kind: 'waiting' });
}
