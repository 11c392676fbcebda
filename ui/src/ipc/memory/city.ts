// A small invented city: names, addresses and people exist nowhere else.

import type { Clinic, District, Doctor, RowDate, Slot, Specialty } from '../host.ts';

export const DISTRICTS: District[] = [
  { id: '1', name: 'Заречный' },
  { id: '2', name: 'Озёрный' },
  { id: '3', name: 'Портовый' },
  { id: '4', name: 'Садовый' },
];

const STREETS = [
  'ул. Ветровая',
  'Липовый пр.',
  'ул. Капитанская',
  'наб. Тихой речки',
  'ул. Яблоневая',
  'Маячный пер.',
  'ул. Первых садов',
  'Кленовый бульвар',
  'ул. Звонкая',
  'пр. Строителей моста',
];
const KINDS = [
  { kind: 'Поликлиника взрослая', name: (n: number) => `ГП № ${n}`, full: 'Городская поликлиника' },
  {
    kind: 'Поликлиника детская',
    name: (n: number) => `ДГП № ${n}`,
    full: 'Детская городская поликлиника',
  },
  { kind: 'Стоматология', name: (n: number) => `СП № ${n}`, full: 'Стоматологическая поликлиника' },
  {
    kind: 'Женская консультация',
    name: (n: number) => `ЖК № ${n}`,
    full: 'Женская консультация',
  },
];
const SPECIALTIES: [fer: string, spellings: string[]][] = [
  ['90', ['Терапевт', 'Терапия', 'Терапевт участковый']],
  ['53', ['Окулист', 'Офтальмолог', 'Офтальмология']],
  ['21', ['Невролог', 'Неврология']],
  ['92', ['Хирург', 'Хирургия']],
  ['12', ['Кардиолог', 'Кардиология']],
  ['86', ['Эндокринолог', 'Эндокринология']],
  ['50', ['Отоларинголог', 'ЛОР (отоларинголог)']],
  ['8', ['Дерматовенеролог']],
  ['76', ['Уролог']],
  ['74', ['Травматолог-ортопед']],
  ['14', ['Гастроэнтеролог']],
  ['', ['Кабинет ультразвуковой диагностики', 'УЗИ']],
  ['', ['Процедурный кабинет (взятие крови)']],
  ['60', ['Пульмонолог']],
  ['1', ['Акушер-гинеколог', 'Гинеколог']],
  ['64', ['Ревматолог']],
];
const SURNAMES =
  'Берёзкин Ветров Горин Дубков Ёлкин Жаворонков Зимин Клёнов Лугов Мостов Озеров Полянский Родников Соколик Тополев Утёсов Холмов Ясенев'.split(
    ' ',
  );
const NAMES = ['Пётр Ильич', 'Олег Юрьевич', 'Артём Львович', 'Семён Маркович', 'Глеб Андреевич'];
const NAMES_F = ['Анна Павловна', 'Вера Олеговна', 'Нина Сергеевна', 'Яна Игоревна'];
const NOTES = [
  null,
  null,
  null,
  'Отпуск с 1 по 14 декабря',
  'Участок 12, каб. 305',
  'Приём по направлению. Талоны открываются ежедневно в 8:00 на две недели вперёд.',
];

/** The same number for the same words, so that the city never changes under a test. */
export function hash(text: string): number {
  let h = 2166136261;
  for (const char of text) h = Math.imul(h ^ char.charCodeAt(0), 16777619);
  h = Math.imul(h ^ (h >>> 15), 2246822507);
  h = Math.imul(h ^ (h >>> 13), 3266489909);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}
const pick = <T>(of: readonly T[], seed: string): T => of[Math.floor(hash(seed) * of.length)] as T;

export const CLINICS: Clinic[] = Array.from({ length: 40 }, (_, index) => {
  const kind = KINDS[index % 5 < 3 ? 0 : index % 4] ?? KINDS[0];
  const district = DISTRICTS[index % DISTRICTS.length] as District;
  const number = 3 + index * 3;
  const id = String(100 + index);
  if (kind === undefined) throw new Error('no kind');
  return {
    id,
    name: kind.name(number),
    fullName: `СПб ГБУЗ «${kind.full} № ${number}»`,
    districtId: district.id,
    districtName: district.name,
    kind: kind.kind,
    address: `${pick(STREETS, id)}, ${1 + Math.floor(hash(`${id}дом`) * 60)}`,
    phone: `+7 (812) 000-${10 + index}-${10 + ((index * 7) % 90)}`,
    email: null,
    latitude: null,
    longitude: null,
    institution: null,
    vendor: 'simulated',
  };
});

/** The rest of a city of 551 clinics, the first of them with as much of everything as there can be. */
export const CROWD: Clinic[] = Array.from({ length: 511 }, (_, index) => {
  const like = CLINICS[index % CLINICS.length] as Clinic;
  return {
    ...like,
    id: `9${100 + index}`,
    name: `СПб ГБУЗ «Консультативно-диагностическая поликлиника № ${200 + index}» (отделение на ${index + 1}-й линии)`,
    address: `Санкт-Петербург, внутригородское муниципальное образование, ${like.address}, лит. А, пом. 12-Н`,
  };
});
export const CROWDED = '9100';
const LONG =
  'Врач-оториноларинголог-сурдолог кабинета восстановительного лечения и медицинской реабилитации';

const HOUR = 3_600_000;

function dayAt(now: number, ahead: number, minutes: number): number {
  const moscow = now + 3 * HOUR;
  const midnight = moscow - (moscow % (24 * HOUR)) - 3 * HOUR;
  return midnight + ahead * 24 * HOUR + minutes * 60_000;
}

/** Slots a doctor begins with; about half of the doctors have none. */
export function firstSlots(clinic: string, doctor: string, now: number): Slot[] {
  if (clinic === CROWDED)
    return doctor !== 'д1.1'
      ? []
      : Array.from({ length: 300 }, (_, n) => ({
          start: new Date(dayAt(now, 1 + Math.floor(n / 40), 480 + (n % 40) * 15)).toISOString(),
          end: null,
          room: '435',
          address: null,
        }));
  const seed = `${clinic}/${doctor}`;
  if (hash(seed) < 0.55) return [];
  const slots: Slot[] = [];
  const days = 1 + Math.floor(hash(`${seed}d`) * 3);
  for (let d = 0; d < days; d++) {
    const ahead = 1 + Math.floor(hash(`${seed}${d}`) * 9);
    const count = 1 + Math.floor(hash(`${seed}${d}n`) * 5);
    for (let n = 0; n < count; n++) {
      const minutes = 540 + Math.floor(hash(`${seed}${d}${n}t`) * 36) * 15;
      const start = dayAt(now, ahead, minutes);
      slots.push({
        start: new Date(start).toISOString(),
        end: new Date(start + 15 * 60_000).toISOString(),
        room: String(100 + Math.floor(hash(seed) * 400)),
        address: null,
      });
    }
  }
  const seen = new Set<string>();
  return slots
    .filter(({ start }) => !seen.has(start) && seen.add(start))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
}

export function freshSlot(clinic: string, doctor: string, now: number, n: number): Slot {
  const start = dayAt(now, 1 + n, 540 + ((n * 5 + 3) % 30) * 20);
  return {
    start: new Date(start).toISOString(),
    end: new Date(start + 20 * 60_000).toISOString(),
    room: String(100 + Math.floor(hash(clinic + doctor) * 400)),
    address: null,
  };
}

const rowDate = (slot: Slot | undefined): RowDate | null =>
  slot === undefined ? null : { kind: 'moment', at: slot.start };

export function countsOf(slots: Slot[]) {
  return {
    free: slots.length,
    tickets: slots.length,
    first: rowDate(slots[0]),
    last: rowDate(slots.at(-1)),
  };
}

/** One clinic of the city offers nothing online: code 37. */
export const NO_ONLINE = '107';

export function specialtiesOf(clinic: string): Omit<Specialty, 'counts'>[] {
  if (clinic === NO_ONLINE) return [];
  if (clinic === CROWDED)
    return Array.from({ length: 60 }, (_, n) => ({
      id: String(n + 1),
      ferId: null,
      name: n % 3 === 0 ? `${LONG} № ${n + 1}` : `Специалист № ${n + 1}`,
    }));
  const kind = CLINICS.find(({ id }) => id === clinic)?.kind;
  const some = SPECIALTIES.filter(([fer], index) => {
    if (kind === 'Стоматология') return false;
    if (kind === 'Женская консультация') return fer === '1' || index === 11;
    return index < 4 || hash(`${clinic}s${index}`) > 0.35;
  });
  const own: [string, string[]][] =
    kind === 'Стоматология'
      ? [
          ['71', ['Стоматолог-терапевт']],
          ['73', ['Стоматолог-хирург']],
          ['72', ['Стоматолог-ортопед']],
        ]
      : some;
  return own.map(([fer, spellings], index) => ({
    id: `${index + 1}`,
    ferId: fer === '' ? null : fer,
    name: pick(spellings, clinic + fer),
  }));
}

export function doctorsOf(clinic: string, specialty: string): Omit<Doctor, 'counts'>[] {
  const about = specialtiesOf(clinic).find(({ id }) => id === specialty);
  if (about === undefined) return [];
  if (clinic === CROWDED)
    return Array.from({ length: 50 }, (_, n) => ({
      id: `д${specialty}.${n + 1}`,
      name: `Константинопольская-Белогородцева Александра-Виктория Константиновна ${n + 1}`,
      note: NOTES[n % NOTES.length] ?? null,
      area: n % 4 === 0 ? 'Участки 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23' : null,
    }));
  const seed = `${clinic}-${specialty}`;
  // Nobody can be booked for a specialty here and there.
  if (about.ferId === '64') return [];
  const count = 1 + Math.floor(hash(seed) * 6);
  return Array.from({ length: count }, (_, n) => {
    const key = `${seed}-${n}`;
    const woman = hash(`${key}w`) > 0.45;
    const surname = pick(SURNAMES, `${key}f`);
    return {
      id: `д${specialty}.${n + 1}`,
      name: woman
        ? `${surname
            .replace(/ий$/, 'ая')
            .replace(/([вн])$/, '$1а')
            .replace(/к$/, 'к')} ${pick(NAMES_F, key)}`
        : `${surname} ${pick(NAMES, key)}`,
      note: pick(NOTES, `${key}note`),
      area: null,
    };
  });
}
