// A watch in every state a watch can be in.

import type { DoctorChoice, ImportPlan, Place, Untold, WatchDraft } from '../host.ts';
import { CLINICS, CROWD, CROWDED, doctorsOf, NO_ONLINE, specialtiesOf } from './city.ts';
import { anyTime, type Memory } from './memory.ts';
import { mornings, noPast } from './past.ts';

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
  return {
    places: [place('100', '1')],
    wish: anyTime(),
    nickname: '',
    until: null,
    tell: 'ladder',
    ...part,
  };
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
  const add = (of: string, specialty: string, nickname: string, only = false) => {
    const watch = world.add(
      draft({
        places: [place(of, specialty, only ? firstDoctor(of, specialty) : undefined)],
        nickname,
      }),
    );
    if (of !== NO_ONLINE) world.clocks.set(watch.id, mornings(watch, now));
    return watch.id;
  };

  const found = add('100', '2', 'мама');
  world.release(found, 6);
  add('101', '1', '');
  const waiting = add('102', '4', 'папа', true);
  world.state(waiting, { kind: 'waiting' });
  // Of this one nothing is known yet.
  world.clocks.delete(waiting);
  world.past.set(waiting, noPast());
  const two = world.add(
    draft({
      places: [place('106', '3'), place('110', '3')],
      wish: {
        ...anyTime(),
        ranges: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '17:00:00', to: null }],
        notAfter: day(16),
      },
    }),
  );
  world.state(two.id, { kind: 'waiting' }, { stale: true });
  world.clocks.set(two.id, mornings(two, now));
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
  settings: { budgetPerHour: 360, bursts: false },
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

/** The ways to tell, as they may be found. */
export const WAYS: Record<string, (memory: Memory) => void> = {
  none: () => {},
  bot: ({ world }) => world.ways.bot(),
  linking: ({ world, commands }) => {
    world.ways.bot();
    commands.newChatLink();
  },
  asking: ({ world }) => world.ways.bot({ title: 'Мария', state: 'asking' }),
  working: ({ world }) => {
    world.ways.bot(
      { title: 'Мария' },
      { title: 'Семья Ивановых', isGroup: true, watches: { kind: 'only', watches: [1] } },
      { title: 'Пётр', state: 'blocked' },
    );
    world.ways.mailbox();
    world.ways.pushes();
  },
  unreachable: ({ world }) => {
    WAYS.working?.({ world } as Memory);
    world.ways.does('telegram', failing('unreachable'), 3);
    world.ways.does('mail', failing('token'), 2);
    world.ways.does('push', failing('silent'), 1);
  },
  token: ({ world }) => {
    world.ways.bot({ title: 'Мария' });
    world.ways.does('telegram', failing('token'), 1);
  },
  conflict: ({ world }) => {
    world.ways.bot({ title: 'Мария' });
    world.ways.does('telegram', failing('conflict'));
  },
  busy: ({ world }) => {
    world.ways.bot({ title: 'Мария' });
    world.ways.does('telegram', failing('busy'), 3);
  },
  undecided: ({ world }) => world.ways.keyStore('undecided', 'absent'),
  locked: ({ world }) => {
    WAYS.working?.({ world } as Memory);
    world.ways.passphrase = 'синий трамвай';
    world.ways.keyStore('locked');
  },
  lost: ({ world }) => {
    world.ways.bot({ title: 'Мария' });
    world.ways.keyStore('undecided', 'absent');
    world.ways.does('telegram', { kind: 'locked' });
  },
};

const failing = (why: Untold) =>
  ({ kind: 'failing', why, since: new Date(Date.now() - 40 * 60_000).toISOString() }) as const;
