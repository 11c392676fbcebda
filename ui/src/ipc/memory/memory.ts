// The program in memory: for a plain browser and for tests. Watches live here as they
// do behind the real window: checked again and again, slots appear and are taken.

import { otherLayout } from '../../kit/fold.ts';
import type {
  Alert,
  AlertState,
  Check,
  ClinicTrust,
  CommandError,
  Event,
  History,
  Host,
  ImportPlan,
  Look,
  Opening,
  Outcome,
  ReleaseClock,
  Result,
  ServiceState,
  Settings,
  Slot,
  Status,
  TimeWish,
  UnsavedCause,
  Watch,
  WatchDraft,
  WatchSlot,
  WatchState,
  WatchView,
} from '../host.ts';
import { type ChannelsWorld, createChannels, noChannels } from './channels.ts';
import {
  CLINICS,
  CROWD,
  countsOf,
  DISTRICTS,
  doctorsOf,
  firstSlots,
  freshSlot,
  NO_ONLINE,
  specialtiesOf,
} from './city.ts';
import { pastOf } from './past.ts';
import { findClinics } from './search.ts';

export const DEFAULT_SETTINGS: Settings = {
  language: 'ru',
  theme: 'system',
  textSize: 'normal',
  simple: false,
  reduceMotion: false,
  notifications: true,
  sound: true,
  hideDetails: false,
  quiet: { on: false, from: '23:00:00', to: '07:00:00', manner: 'hold' },
  hushed: false,
  telegram: true,
  telegramApi: null,
  mail: noChannels().mail.settings,
  push: noChannels().push.settings,
  autostart: false,
  welcomed: false,
  closeHintShown: false,
  budgetPerHour: 360,
  bursts: false,
};

const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** The engine's rule for what suits, in Moscow time. */
export function suits(wish: TimeWish, start: string, now: number): boolean {
  const at = Date.parse(start);
  if (at <= now || at < now + wish.noticeMinutes * 60_000) return false;
  const local = new Date(at + 3 * 3_600_000).toISOString();
  const day = local.slice(0, 10);
  const time = local.slice(11, 19);
  const weekday = DAY_NAMES[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? 'sun';
  return (
    (wish.notBefore === null || day >= wish.notBefore) &&
    (wish.notAfter === null || day <= wish.notAfter) &&
    !wish.except.includes(day) &&
    (wish.earlierThan === null || at < Date.parse(wish.earlierThan)) &&
    (wish.ranges.length === 0 ||
      wish.ranges.some(
        (range) =>
          (range.days.length === 0 || range.days.includes(weekday)) &&
          (range.from === null || time >= range.from) &&
          (range.to === null || time < range.to),
      ))
  );
}

interface Kept {
  watch: Watch;
  /** A state a test or a fixture insists on. */
  fixed: WatchState | null;
  checkedAt: number | null;
  nextLookAt: number | null;
  stale: boolean;
  hidden: Set<string>;
  seen: Map<string, number>;
  looks: Look[];
  openings: Opening[];
  removed: boolean;
  /** When the first slot is to appear. */
  luckAt: number;
}

export interface MemoryOptions {
  settings?: Partial<Settings>;
  demo?: boolean;
  /** Milliseconds an answer takes. */
  delay?: number;
  /** Milliseconds between two checks; 0: only when told. */
  gap?: number;
  /** Milliseconds until a slot appears on a new watch; `Infinity`: never. */
  luck?: number;
  /** A city of 551 clinics, one of them with 60 specialties, 50 doctors and 300 slots. */
  crowded?: boolean;
  /** Milliseconds until a chat asks after the code for it is shown; without: only when told. */
  knocks?: number;
}

export interface Memory extends Host {
  /** For tests and fixtures: what happens behind the window. */
  world: {
    ways: ChannelsWorld;
    settings: Settings;
    forms: Map<string, string>;
    opened: string[];
    calls: string[];
    /** The next call of the command fails so; `always`: every one until `mend`. */
    fail(command: string, error: CommandError, always?: boolean): void;
    mend(command?: string): void;
    /** The next calls of the command wait until let go. */
    hold(command: string): () => void;
    service(state: ServiceState): void;
    slept(from: string, to: string): void;
    unsaved(cause: UnsavedCause): void;
    restored(at: string, copyOf: string | null): void;
    quietUntil(end: string | null): void;
    /** Nothing good has been heard since then. */
    silent(since: string | null): void;
    /** What is in the file that will be chosen; `null`: none will be. */
    file: ImportPlan | null;
    add(draft: WatchDraft): Watch;
    state(id: number, state: WatchState | null, extra?: { stale?: boolean }): void;
    release(id: number, count?: number): void;
    take(id: number): void;
    look(): void;
    raise(alert: Alert): void;
    /** What the past of a watch says instead of something plausible. */
    past: Map<number, History>;
    /** When slots of a watch usually appear. */
    clocks: Map<number, ReleaseClock>;
    checks: Check[];
    /** What the counts of the watched clinics are worth. */
    trust: ClinicTrust[];
    /** Has the system a page of notifications that can be opened? */
    systemPage: boolean;
    startPage: string | null;
    emit(event: Event): void;
    navigate(route: string): void;
    titles: string[];
    dropCatalogue(): void;
  };
}

/** A failure as the program reports it. */
export const failure = (
  code: CommandError['code'],
  problems: CommandError['problems'] = [],
): CommandError => ({ code, detail: null, problems });

export const anyTime = (): TimeWish => ({
  ranges: [],
  notBefore: null,
  notAfter: null,
  except: [],
  noticeMinutes: 0,
  earlierThan: null,
});

export function createMemoryHost(options: MemoryOptions = {}): Memory {
  const { delay = 120, gap = 15_000, luck = 20_000, knocks = 0 } = options;
  const clinics = options.crowded ? [...CLINICS, ...CROWD] : CLINICS;
  const listeners = new Set<(event: Event) => void>();
  const navigators = new Set<(route: string) => void>();
  const failures = new Map<string, { error: CommandError; always: boolean }>();
  const holds = new Map<string, Promise<void>>();
  const slots = new Map<string, Slot[]>();
  const kept = new Map<number, Kept>();
  const alerts: Alert[] = [];
  let nextId = 1;
  let service: ServiceState = 'fine';
  let pause: Status['pause'] = null;
  let slept: Status['slept'] = null;
  let unsaved: Status['unsaved'] = null;
  let restored: Status['restored'] = null;
  let quietUntil: Status['quietUntil'] = null;
  let silentSince: Status['silentSince'] = null;
  let demo = options.demo ?? false;
  let requests = 214;
  let catalogue = true;

  const iso = (at: number) => new Date(at).toISOString();
  const emit = (event: Event) => {
    for (const heard of listeners) heard(event);
  };

  function slotsOf(clinic: string, doctor: string): Slot[] {
    const key = `${clinic}/${doctor}`;
    const known = slots.get(key);
    if (known !== undefined) return known;
    const made = firstSlots(clinic, doctor, Date.now());
    slots.set(key, made);
    return made;
  }

  function covered(watch: Watch): WatchSlot[] {
    const all: WatchSlot[] = [];
    for (const place of watch.places)
      for (const doctor of doctorsOf(place.clinicId, place.specialtyId)) {
        const named =
          place.doctors.kind !== 'any' && place.doctors.doctors.some(({ id }) => id === doctor.id);
        if (place.doctors.kind === 'only' && !named) continue;
        if (place.doctors.kind === 'except' && named) continue;
        for (const slot of slotsOf(place.clinicId, doctor.id))
          all.push({
            clinicId: place.clinicId,
            doctorId: doctor.id,
            doctor: doctor.name,
            slot,
            firstSeen: iso(Date.now()),
          });
      }
    return all.sort((a, b) => (a.slot.start < b.slot.start ? -1 : 1));
  }
  const slotKey = (slot: WatchSlot) => `${slot.clinicId}/${slot.doctorId}/${slot.slot.start}`;

  function link(watch: Watch, place = 0): string {
    const of = watch.places[place];
    const clinic = clinics.find(({ id }) => id === of?.clinicId);
    const parts = [
      { district: clinic?.districtId ?? '1' },
      { lpu: of?.clinicId ?? '' },
      { speciality: of?.specialtyId ?? '' },
    ];
    return `https://gorzdrav.spb.ru/service-free-schedule#${encodeURIComponent(JSON.stringify(parts))}`;
  }

  function view(item: Kept): WatchView {
    const { watch } = item;
    const now = Date.now();
    const all =
      item.checkedAt === null
        ? []
        : covered(watch).map((slot) => ({
            ...slot,
            firstSeen: iso(item.seen.get(slotKey(slot)) ?? item.checkedAt ?? now),
          }));
    const suitable = all.filter(
      (slot) => suits(watch.wish, slot.slot.start, now) && !item.hidden.has(slotKey(slot)),
    );
    const knows = service === 'fine' || service === 'unknown';
    const computed = (): WatchState => {
      if (pause !== null) return { kind: 'paused', until: pause.until };
      if (watch.activity.kind === 'pausedUntil')
        return { kind: 'paused', until: watch.activity.until };
      if (watch.activity.kind === 'off') return { kind: 'paused', until: null };
      if (watch.until !== null && watch.until < iso(now).slice(0, 10)) return { kind: 'expired' };
      // What the last good check found stays found; its age is told beside it.
      if (suitable.length > 0) return { kind: 'found' };
      if (!knows)
        return {
          kind:
            service === 'down' || service === 'impostor' || service === 'badCertificate'
              ? 'siteDown'
              : service === 'blocked'
                ? 'blocked'
                : service === 'slowed'
                  ? 'slowed'
                  : 'offline',
        };
      if (watch.places.every(({ clinicId }) => clinicId === NO_ONLINE))
        return {
          kind: 'noOnline',
          phone: clinics.find(({ id }) => id === NO_ONLINE)?.phone ?? null,
        };
      if (item.checkedAt === null) return { kind: 'unchecked' };
      return { kind: 'waiting' };
    };
    const state = item.fixed ?? computed();
    const shown = state.kind === 'found' || item.fixed === null ? suitable : [];
    return {
      watch,
      state,
      stale: item.stale,
      checkedAt: item.checkedAt === null ? null : iso(item.checkedAt),
      nextLookAt: item.nextLookAt === null ? null : iso(item.nextLookAt),
      gapSecs: state.kind === 'paused' || state.kind === 'expired' ? null : demo ? 20 : 120,
      slots: shown,
      others: all.filter((slot) => !suitable.includes(slot)),
      addresses: watch.places.map(
        ({ clinicId }) => clinics.find(({ id }) => id === clinicId)?.address ?? null,
      ),
      links: watch.places.map((_, place) => link(watch, place)),
      nextWorkDay: state.kind === 'waiting' ? iso(now + 3 * 86_400_000).slice(0, 10) : null,
      clock: world.clocks.get(watch.id) ?? null,
      looksToday: item.looks.length + 40,
    };
  }

  function raise(item: Kept, fresh: WatchSlot[]) {
    const { watch } = item;
    const place = watch.places.find(({ clinicId }) => clinicId === fresh[0]?.clinicId);
    if (place === undefined) return;
    const now = iso(Date.now());
    const alert: Alert = {
      id: nextId++,
      watchId: watch.id,
      nickname: watch.nickname,
      clinicId: place.clinicId,
      clinic: place.clinicName,
      address: clinics.find(({ id }) => id === place.clinicId)?.address ?? null,
      specialty: place.specialtyName,
      link: link(watch),
      raisedAt: now,
      state: { kind: 'raised' },
      slots: fresh.map(({ doctorId, doctor, slot }) => ({
        doctorId,
        doctor,
        start: slot.start,
        end: slot.end,
        room: slot.room,
        firstSeen: now,
        goneAt: null,
      })),
      deliveries: [{ channel: 'desktop', state: 'sent', at: now, why: null }],
    };
    alerts.unshift(alert);
    emit({ kind: 'alertChanged', alertId: alert.id });
  }

  function look(item: Kept) {
    const now = Date.now();
    const { watch } = item;
    const outcome: Outcome =
      service === 'offline' || service === 'impostor'
        ? 'offline'
        : service === 'blocked' || service === 'slowed'
          ? 'blocked'
          : service === 'down' || service === 'badCertificate' || item.fixed?.kind === 'clinicDown'
            ? 'unavailable'
            : 'fresh';
    const before = new Set(item.seen.keys());
    if (outcome === 'fresh') {
      const first = item.checkedAt === null;
      const place = watch.places.find(({ clinicId }) => clinicId !== NO_ONLINE);
      if (!first && now >= item.luckAt && place !== undefined) {
        item.luckAt = Number.POSITIVE_INFINITY;
        releaseOne(item, 2);
      }
      item.checkedAt = now;
    }
    const there = outcome === 'fresh' ? covered(watch) : [];
    const fresh = there.filter((slot) => !before.has(slotKey(slot)));
    if (outcome === 'fresh') {
      for (const slot of fresh) {
        item.seen.set(slotKey(slot), now);
        item.openings.unshift({
          clinicId: slot.clinicId,
          doctorId: slot.doctorId,
          doctor: slot.doctor,
          slot: slot.slot,
          firstSeen: iso(now),
          lastSeen: iso(now),
          goneAt: null,
        });
      }
      const keys = new Set(there.map(slotKey));
      for (const opening of item.openings) {
        const gone = !keys.has(`${opening.clinicId}/${opening.doctorId}/${opening.slot.start}`);
        if (gone && opening.goneAt === null) opening.goneAt = iso(now);
      }
      for (const alert of alerts.filter(({ watchId }) => watchId === watch.id)) {
        for (const slot of alert.slots)
          if (slot.goneAt === null && !keys.has(`${alert.clinicId}/${slot.doctorId}/${slot.start}`))
            slot.goneAt = iso(now);
        if (alert.slots.every(({ goneAt }) => goneAt !== null) && alert.state.kind === 'raised') {
          alert.state = { kind: 'gone' };
          emit({ kind: 'alertChanged', alertId: alert.id });
        }
      }
      const good = fresh.filter((slot) => suits(watch.wish, slot.slot.start, now));
      if (good.length > 0) raise(item, good);
    }
    requests += 1;
    const about = watch.places[0];
    const entry: Look = {
      level: 'specialty',
      clinicId: about?.clinicId ?? '',
      specialtyId: about?.specialtyId ?? '',
      at: iso(now),
      outcome: outcome === 'fresh' && there.length === 0 ? 'empty' : outcome,
      code: outcome === 'fresh' && there.length === 0 ? 39 : null,
      appeared: fresh.length,
      vanished: 0,
      elapsedMs: 640,
    };
    item.looks.unshift(entry);
    item.nextLookAt = now + Math.max(gap, 60_000);
    emit({ kind: 'looked', look: entry });
  }

  function releaseOne(item: Kept, count: number) {
    for (let n = 0; n < count; n++) {
      const place = item.watch.places[0];
      if (place === undefined) return;
      const doctors = doctorsOf(place.clinicId, place.specialtyId).filter(({ id }) =>
        place.doctors.kind === 'only'
          ? place.doctors.doctors.some((chosen) => chosen.id === id)
          : true,
      );
      const doctor = doctors[n % Math.max(1, doctors.length)];
      if (doctor === undefined) return;
      const list = slotsOf(place.clinicId, doctor.id);
      list.push(freshSlot(place.clinicId, doctor.id, Date.now(), n + 1));
      list.sort((a, b) => (a.start < b.start ? -1 : 1));
    }
  }

  const active = () =>
    [...kept.values()].filter(
      (item) => !item.removed && item.watch.activity.kind === 'on' && pause === null,
    );

  if (gap > 0)
    setInterval(() => {
      for (const item of active()) look(item);
      if (active().length > 0) emit({ kind: 'watchesChanged' });
    }, gap);

  function make(draft: WatchDraft): Watch {
    const id = nextId++;
    const watch: Watch = {
      ...structuredClone(draft),
      id,
      createdAt: iso(Date.now()),
      activity: { kind: 'on' },
    };
    kept.set(id, {
      watch,
      fixed: null,
      checkedAt: null,
      nextLookAt: Date.now() + 1_000,
      stale: false,
      hidden: new Set(),
      seen: new Map(),
      looks: [],
      openings: [],
      removed: false,
      luckAt: Date.now() + luck,
    });
    return watch;
  }

  const notFound = failure('notFound');
  class Refused extends Error {
    readonly failure: CommandError;
    constructor(failure: CommandError) {
      super(failure.code);
      this.failure = failure;
    }
  }
  const one = (id: number): Kept => {
    const item = kept.get(id);
    if (item === undefined || item.removed) throw new Refused(notFound);
    return item;
  };
  /** Lists of a clinic need the network. */
  const reach = () => {
    if (service === 'offline') throw new Refused(failure('offline'));
    if (service === 'impostor') throw new Refused(failure('impostor'));
    if (service === 'badCertificate') throw new Refused(failure('badCertificate'));
    if (service === 'blocked') throw new Refused(failure('blocked'));
    if (service === 'slowed') throw new Refused(failure('slowed'));
    if (service === 'down') throw new Refused(failure('siteDown'));
  };
  const dated = <T>(value: T) => ({ value, checkedAt: iso(Date.now()) });

  /** One command: it may wait, may be told to fail, and answers like the real one. */
  function command<A extends unknown[], T>(name: string, act: (...args: A) => T) {
    return async (...args: A): Promise<Result<T, CommandError>> => {
      world.calls.push(name);
      if (delay > 0) await new Promise((done) => setTimeout(done, delay));
      await holds.get(name);
      const failure = failures.get(name);
      if (failure !== undefined) {
        if (!failure.always) failures.delete(name);
        return { status: 'error', error: failure.error };
      }
      try {
        return { status: 'ok', data: structuredClone(act(...args)) };
      } catch (error) {
        if (error instanceof Refused) return { status: 'error', error: error.failure };
        throw error;
      }
    };
  }

  const LINK = /gorzdrav\.spb\.ru\/service-free-schedule#(.+)$/;
  function readLink(text: string) {
    const found = LINK.exec(text.trim());
    if (found === null) throw new Refused(failure('badLink'));
    try {
      const parts: Record<string, string> = Object.assign(
        {},
        ...JSON.parse(decodeURIComponent(found[1] ?? '')),
      );
      return {
        districtId: parts.district ?? null,
        clinicId: parts.lpu ?? null,
        specialtyId: parts.speciality ?? null,
        doctorId: parts.doctor ?? null,
      };
    } catch {
      throw new Refused(failure('badLink'));
    }
  }

  function changed() {
    emit({ kind: 'watchesChanged' });
    emit({ kind: 'statusChanged' });
  }

  const refuse = (code: CommandError['code'], problems: CommandError['problems'] = []): never => {
    throw new Refused(failure(code, problems));
  };

  const world: Memory['world'] = {
    ways: undefined as unknown as ChannelsWorld,
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
    forms: new Map(),
    past: new Map(),
    clocks: new Map(),
    opened: [],
    calls: [],
    titles: [],
    startPage: null,
    systemPage: true,
    checks: [
      { subject: 'network', verdict: 'fine', detail: null },
      { subject: 'service', verdict: 'fine', detail: '0,6 s' },
      { subject: 'clock', verdict: 'fine', detail: '+1 s' },
      { subject: 'database', verdict: 'fine', detail: '1,2 MB' },
      { subject: 'notifications', verdict: 'fine', detail: null },
      { subject: 'tray', verdict: 'remark', detail: null },
      { subject: 'autostart', verdict: 'remark', detail: null },
      { subject: 'keyStore', verdict: 'fine', detail: null },
    ],
    trust: [],
    fail: (name, error, always = false) => {
      failures.set(name, { error, always });
    },
    mend: (name) => {
      if (name === undefined) failures.clear();
      else failures.delete(name);
    },
    hold: (name) => {
      let release = () => {};
      holds.set(
        name,
        new Promise((done) => {
          release = () => {
            holds.delete(name);
            done();
          };
        }),
      );
      return () => release();
    },
    service: (state) => {
      service = state;
      changed();
    },
    slept: (from, to) => {
      slept = { from, to };
      emit({ kind: 'statusChanged' });
    },
    unsaved: (cause) => {
      unsaved = { cause, since: iso(Date.now()) };
      emit({ kind: 'statusChanged' });
    },
    restored: (at, copyOf) => {
      restored = { at, copyOf };
      emit({ kind: 'statusChanged' });
    },
    quietUntil: (end) => {
      quietUntil = end;
      emit({ kind: 'statusChanged' });
    },
    silent: (since) => {
      silentSince = since;
      emit({ kind: 'statusChanged' });
    },
    file: { watches: [], settings: { budgetPerHour: 360, bursts: false } },
    add: (draft) => {
      const watch = make(draft);
      look(kept.get(watch.id) as Kept);
      changed();
      return watch;
    },
    state: (id, state, extra) => {
      const item = one(id);
      item.fixed = state;
      if (state?.kind === 'paused')
        item.watch.activity =
          state.until === null ? { kind: 'off' } : { kind: 'pausedUntil', until: state.until };
      item.stale = extra?.stale ?? false;
      if (state?.kind === 'unchecked') item.checkedAt = null;
      changed();
    },
    release: (id, count = 1) => {
      releaseOne(one(id), count);
      look(one(id));
      changed();
    },
    take: (id) => {
      for (const slot of covered(one(id).watch)) slots.set(`${slot.clinicId}/${slot.doctorId}`, []);
      look(one(id));
      changed();
    },
    look: () => {
      for (const item of active()) look(item);
      changed();
    },
    raise: (alert) => {
      alerts.unshift(alert);
      emit({ kind: 'alertChanged', alertId: alert.id });
    },
    emit,
    navigate: (route) => {
      for (const heard of navigators) heard(route);
    },
    dropCatalogue: () => {
      catalogue = false;
    },
  };

  const ORDER: WatchState['kind'][] = [
    'found',
    'opened',
    'unbound',
    'blocked',
    'waiting',
    'unchecked',
  ];
  const rank = ({ state }: WatchView) => {
    const at = ORDER.indexOf(state.kind);
    return at < 0 ? ORDER.length : at;
  };

  const channels = createChannels({ world, knocks, emit, refuse, command });
  world.ways = channels.ways;

  const commands: Host['commands'] = {
    ...channels.commands,
    districts: command('districts', () => dated(catalogue ? DISTRICTS : [])),
    clinics: command('clinics', (district) =>
      dated(
        catalogue
          ? clinics.filter(({ districtId }) => district === null || districtId === district)
          : [],
      ),
    ),
    clinic: command('clinic', (id) => {
      const clinic = clinics.find((one) => one.id === id);
      if (clinic === undefined) throw new Refused(notFound);
      return clinic;
    }),
    searchClinics: command('searchClinics', (text, district, limit) => {
      const among = (catalogue ? clinics : []).filter(
        ({ districtId }) => district === null || districtId === district,
      );
      let found = findClinics(among, text);
      let readAs: string | null = null;
      if (found.length === 0 && /[a-z]/i.test(text)) {
        readAs = otherLayout(text);
        found = findClinics(among, readAs);
        if (found.length === 0) readAs = null;
      }
      return { clinics: found.slice(0, limit), total: found.length, readAs };
    }),
    specialties: command('specialties', (clinic) => {
      reach();
      return dated(
        specialtiesOf(clinic).map((specialty) => ({
          ...specialty,
          counts: countsOf(
            doctorsOf(clinic, specialty.id).flatMap((doctor) => slotsOf(clinic, doctor.id)),
          ),
        })),
      );
    }),
    doctors: command('doctors', (clinic, specialty) => {
      reach();
      return dated(
        doctorsOf(clinic, specialty).map((doctor) => ({
          ...doctor,
          counts: countsOf(slotsOf(clinic, doctor.id)),
        })),
      );
    }),
    slots: command('slots', (clinic, doctor) => {
      reach();
      return dated(slotsOf(clinic, doctor));
    }),
    timetable: command('timetable', () => {
      reach();
      return dated([]);
    }),
    readLink: command('readLink', readLink),
    draftFromLink: command('draftFromLink', (text) => {
      const target = readLink(text);
      const clinic = clinics.find(({ id }) => id === target.clinicId);
      const specialty = specialtiesOf(target.clinicId ?? '').find(
        ({ id }) => id === target.specialtyId,
      );
      if (clinic === undefined || specialty === undefined) throw new Refused(failure('badLink'));
      const doctor = doctorsOf(clinic.id, specialty.id).find(({ id }) => id === target.doctorId);
      return {
        places: [
          {
            clinicId: clinic.id,
            clinicName: clinic.name,
            specialtyId: specialty.id,
            specialtyName: specialty.name,
            ferId: specialty.ferId,
            doctors:
              doctor === undefined
                ? { kind: 'any' as const }
                : { kind: 'only' as const, doctors: [{ id: doctor.id, name: doctor.name }] },
          },
        ],
        wish: anyTime(),
        nickname: '',
        until: null,
        tell: 'ladder' as const,
      };
    }),
    addWatch: command('addWatch', (draft) => {
      if (draft.places.length === 0) throw new Refused(failure('invalid', ['noPlace']));
      const watch = make(draft);
      setTimeout(() => {
        const item = kept.get(watch.id);
        if (item === undefined) return;
        look(item);
        changed();
      }, 800);
      changed();
      return watch;
    }),
    updateWatch: command('updateWatch', (id, draft) => {
      const item = one(id);
      item.watch = { ...item.watch, ...structuredClone(draft) };
      if (item.fixed?.kind === 'unbound' || item.fixed?.kind === 'expired') item.fixed = null;
      look(item);
      changed();
      return item.watch;
    }),
    setActivity: command('setActivity', (id, activity) => {
      const item = one(id);
      item.watch.activity = activity;
      if (item.fixed?.kind === 'paused') item.fixed = null;
      changed();
      return item.watch;
    }),
    removeWatch: command('removeWatch', (id) => {
      one(id).removed = true;
      changed();
      return null;
    }),
    restoreWatch: command('restoreWatch', (id) => {
      const item = kept.get(id);
      if (item === undefined) throw new Refused(notFound);
      item.removed = false;
      changed();
      return item.watch;
    }),
    watches: command('watches', () =>
      [...kept.values()]
        .filter(({ removed }) => !removed)
        .map(view)
        .sort((a, b) => rank(a) - rank(b)),
    ),
    watch: command('watch', (id) => view(one(id))),
    checkNow: command('checkNow', (id) => {
      for (const item of id === null ? active() : [one(id)]) look(item);
      changed();
      return null;
    }),
    looks: command('looks', (id, limit) => one(id).looks.slice(0, limit)),
    openings: command('openings', (id, limit) => one(id).openings.slice(0, limit)),
    history: command('history', (id) => {
      const { watch } = one(id);
      return world.past.get(id) ?? pastOf(watch, Date.now());
    }),
    saveHistory: command('saveHistory', (id) => one(id) !== undefined),
    inbox: command('inbox', (limit) => alerts.slice(0, limit)),
    alert: command('alert', (id) => {
      const alert = alerts.find((one) => one.id === id);
      if (alert === undefined) throw new Refused(notFound);
      return alert;
    }),
    answer: command('answer', (id, answer) => {
      const alert = alerts.find((one) => one.id === id);
      if (alert === undefined) throw new Refused(notFound);
      const states: Record<typeof answer, AlertState> = {
        seen: { kind: 'seen' },
        later: { kind: 'snoozed', until: iso(Date.now() + 15 * 60_000) },
        acted: { kind: 'acted' },
        dismiss: { kind: 'dismissed' },
      };
      alert.state = states[answer];
      const item = kept.get(alert.watchId);
      if (answer === 'dismiss' && item !== undefined)
        for (const slot of alert.slots)
          item.hidden.add(`${alert.clinicId}/${slot.doctorId}/${slot.start}`);
      emit({ kind: 'alertChanged', alertId: id });
      changed();
      return alert;
    }),
    status: command('status', () => {
      const views = [...kept.values()].filter(({ removed }) => !removed);
      const times = views.map(({ checkedAt }) => checkedAt).filter((at) => at !== null);
      const next = views.map(({ nextLookAt }) => nextLookAt).filter((at) => at !== null);
      return {
        service,
        watching: views.filter(({ watch }) => watch.activity.kind === 'on').length,
        found: views.map(view).reduce((sum, one) => sum + one.slots.length, 0),
        unanswered: alerts.filter(({ state }) => state.kind === 'raised').length,
        checkedAt: times.length === 0 ? null : iso(Math.max(...times)),
        nextLookAt: pause !== null || next.length === 0 ? null : iso(Math.min(...next)),
        pause,
        slept,
        quietUntil,
        hushed: world.settings.hushed,
        silentSince,
        unsaved,
        restored,
        budgetPerDay: 24 * world.settings.budgetPerHour,
        requestsToday: requests,
        requestsLastHour: 58,
        budgetPerHour: world.settings.budgetPerHour,
        demo,
      };
    }),
    ledger: command('ledger', () => {
      const rows = [...kept.values()].filter(({ removed }) => !removed);
      const of = (id: string) =>
        rows.filter(({ watch }) => watch.places.some(({ clinicId }) => clinicId === id)).length;
      const watches = rows.map(({ watch, looks }) => {
        const sharers = Math.max(1, ...watch.places.map(({ clinicId }) => of(clinicId)));
        const part = Math.round(looks.length / sharers);
        return { watchId: watch.id, looks: looks.length, part, sharedWith: sharers - 1 };
      });
      const names = new Map(
        rows.flatMap(({ watch }) => watch.places.map((one) => [one.clinicId, one.clinicName])),
      );
      const clinics = [...names].map(([clinicId, name]) => ({
        clinicId,
        name,
        requests: Math.max(
          ...rows
            .filter(({ watch }) => watch.places.some((place) => place.clinicId === clinicId))
            .map(({ looks }) => looks.length),
        ),
      }));
      const useful = watches.reduce((sum, { part }) => sum + part, 0);
      const looked = clinics.reduce((sum, { requests }) => sum + requests, 0);
      return {
        today: requests,
        budgetPerDay: 24 * world.settings.budgetPerHour,
        lastHour: 58,
        budgetPerHour: world.settings.budgetPerHour,
        clinics: clinics.sort((a, b) => b.requests - a.requests),
        besideClinics: Math.max(0, requests - looked),
        watches: watches.sort((a, b) => b.part - a.part),
        besideWatches: Math.max(0, requests - useful),
      };
    }),
    pause: command('pause', (until) => {
      pause = { until };
      changed();
      return null;
    }),
    resume: command('resume', () => {
      pause = null;
      changed();
      return null;
    }),
    settings: command('settings', () => world.settings),
    saveSettings: command('saveSettings', (settings) => {
      if (settings.budgetPerHour < 30 || settings.budgetPerHour > 720)
        refuse('invalid', ['badBudget']);
      world.settings = settings;
      emit({ kind: 'settingsChanged' });
      emit({ kind: 'statusChanged' });
      emit({ kind: 'channelsChanged' });
      return settings;
    }),
    form: command('form', (name) => world.forms.get(name) ?? null),
    saveForm: command('saveForm', (name, text) => {
      if (text === null) world.forms.delete(name);
      else world.forms.set(name, text);
      return null;
    }),
    selfCheck: command('selfCheck', () => world.checks),
    clinicTrust: command('clinicTrust', () => world.trust),
    startPage: command('startPage', () => ({ route: world.startPage })),
    enterDemo: command('enterDemo', () => {
      demo = true;
      changed();
      return null;
    }),
    leaveDemo: command('leaveDemo', () => {
      demo = false;
      changed();
      return null;
    }),
    openLink: command('openLink', (url) => {
      world.opened.push(url);
      return null;
    }),
    openNotificationSettings: command('openNotificationSettings', () => world.systemPage),
    trialNotification: command('trialNotification', () => null),
    folders: command('folders', () => ({
      data: '/home/user/.local/share/talonchik',
      cache: '/home/user/.cache/talonchik',
      logs: '/home/user/.local/state/talonchik/logs',
    })),
    quit: command('quit', () => null),
    exportToFile: command('exportToFile', () => true),
    chooseImport: command('chooseImport', () => world.file),
    importChosen: command('importChosen', () => {
      const rows = world.file?.watches ?? [];
      const fresh = rows.filter(({ fate }) => fate.kind === 'new');
      for (const { draft } of fresh) if (draft !== null) make(draft);
      changed();
      return { watches: fresh.length, skipped: rows.length - fresh.length };
    }),
    eraseAll: command('eraseAll', () => {
      kept.clear();
      alerts.length = 0;
      world.forms.clear();
      demo = false;
      requests = 0;
      world.settings = { ...DEFAULT_SETTINGS };
      world.ways.channels = noChannels();
      emit({ kind: 'settingsChanged' });
      changed();
      return null;
    }),
  };

  return {
    commands,
    onChanged: (heard) => {
      listeners.add(heard);
      return () => {
        listeners.delete(heard);
      };
    },
    onNavigate: (heard) => {
      navigators.add(heard);
      return () => {
        navigators.delete(heard);
      };
    },
    title: (text) => {
      world.titles.push(text);
      document.title = text;
    },
    world,
  };
}
