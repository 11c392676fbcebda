import { afterEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { DAYS } from '../i18n/format.ts';
import type { History, ReleaseClock } from '../ipc/host.ts';
import { draft, place } from '../ipc/memory/fixtures.ts';
import { failure, type MemoryOptions } from '../ipc/memory/memory.ts';
import { noPast } from '../ipc/memory/past.ts';
import { accessible, open } from '../test/app.tsx';

afterEach(() => page.viewport(1280, 900));

/** The year does not stand beside dates of this year. */
const year = new Date().getUTCFullYear();

/** Ten mornings on workdays, one evening, a night without looks. */
const past = (part: Partial<History> = {}): History => ({
  since: `${year}-03-02T06:00:00Z`,
  timing: {
    kind: 'known',
    releases: 11,
    cells: [
      { day: 'mon', halfHour: 16, releases: 6, slots: 40 },
      { day: 'tue', halfHour: 16, releases: 4, slots: 31 },
      { day: 'tue', halfHour: 38, releases: 1, slots: 1 },
    ],
    // At night nobody looks; on Thursdays nobody has looked before noon.
    unlooked: DAYS.flatMap((day) =>
      Array.from({ length: day === 'thu' ? 24 : 15 }, (_, halfHour) => ({ day, halfHour })),
    ),
  },
  unplaced: 2,
  lives: { kind: 'known', counted: 40, medianSecs: 240, short: 23 },
  unclaimed: 1,
  releases: [
    {
      clinicId: '100',
      doctors: ['Иванова Анна Петровна'],
      firstSeen: `${year}-03-04T04:41:00Z`,
      unseenSince: `${year}-03-03T20:12:00Z`,
      slots: 5,
      free: 2,
      lifeSecs: null,
    },
    {
      clinicId: '100',
      doctors: ['Иванова Анна Петровна', 'Петрова Ольга Ильинична'],
      firstSeen: `${year}-03-03T05:01:00Z`,
      unseenSince: null,
      slots: 12,
      free: 0,
      lifeSecs: 180,
    },
  ],
  gaps: [
    {
      clinicId: null,
      from: `${year}-03-03T20:12:00Z`,
      to: `${year}-03-04T04:41:00Z`,
      cause: 'asleep',
    },
    { clinicId: null, from: `${year}-03-05T09:00:00Z`, to: null, cause: 'offline' },
  ],
  earlierGaps: 3,
  ...part,
});

/** Ten of eleven mornings. */
const clock = (part: Partial<ReleaseClock> = {}): ReleaseClock => ({
  days: { kind: 'workdays' },
  from: '08:00:00',
  to: '08:15:00',
  hits: 10,
  of: 11,
  hitDays: 10,
  watchedDays: 12,
  next: '2031-11-24T05:00:00Z',
  chance: { low: 7, high: 8 },
  ...part,
});

const show = (
  history: History,
  options: MemoryOptions = {},
  places = [place('100', '1')],
  usually: ReleaseClock | null = null,
) =>
  open('/watches/1?tab=history', options, ({ world }) => {
    const { id } = world.add(draft({ places }));
    world.past.set(id, history);
    if (usually !== null) world.clocks.set(id, usually);
  });

test('when slots appear is a sentence and a table of weekdays and half-hours', async () => {
  show(past(), {}, undefined, clock());
  await expect
    .element(
      page.getByText(
        'Чаще всего талоны появляются по будням в 8:00–\u20608:15: 10 раз из\u00a011.',
      ),
    )
    .toBeVisible();
  await expect.element(page.getByText(/пн,\s24\sноября\s2031\sгода\sоколо\s8:00\./)).toBeVisible();
  await expect.element(page.getByText(/примерно\sв\s7–\u20608\sиз\s10\sтаких\sдней/)).toBeVisible();
  const table = page.getByRole('table', { name: 'Сколько раз появлялись талоны' });
  await expect.element(table).toBeVisible();
  expect(
    table
      .getByRole('columnheader')
      .elements()
      .map((head) => head.textContent),
  ).toEqual([
    'День',
    '7:30–8:00',
    '8:00–8:30',
    '8:30–9:00',
    '18:30–19:00',
    '19:00–19:30',
    '19:30–20:00',
  ]);
  const rows = table.getByRole('row').elements().slice(1);
  expect(rows.map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
    ['Пн', '0', '6', '0', '0', '0', '0'],
    ['Вт', '0', '4', '0', '0', '1', '0'],
    ['Ср', '0', '0', '0', '0', '0', '0'],
    ['Чт', 'почти не проверяли', 'почти не проверяли', 'почти не проверяли', '0', '0', '0'],
    ['Пт', '0', '0', '0', '0', '0', '0'],
  ]);
  await expect.element(page.getByText(/^Штриховка: в это время/)).toBeVisible();
  await expect
    .element(page.getByText(/^В эти часы почти не проверяли ни в один день: 0:00–7:30\./))
    .toBeVisible();
  await expect
    .element(page.getByText(/^Ещё 2\sраза талоны появились, пока проверок/))
    .toBeVisible();
});

test('a table too wide for the page scrolls inside its own box, by keys too', async () => {
  const cells = Array.from({ length: 12 }, (_, at) => ({
    day: 'sat' as const,
    halfHour: 14 + 2 * at,
    releases: 12 - at,
    slots: 12,
  }));
  show(past({ timing: { kind: 'known', releases: 78, cells, unlooked: [] } }));
  const table = page.getByRole('table');
  await expect.element(table).toBeVisible();
  // Each half-hour and its neighbours; the weekend since something appeared on it.
  expect(table.getByRole('columnheader').elements().length).toBe(1 + 25);
  expect(table.getByRole('rowheader').elements().length).toBe(7);
  const box = page.getByRole('region', { name: 'Сколько раз появлялись талоны' }).element();
  expect(box.scrollWidth).toBeGreaterThan(box.clientWidth);
  expect(box).toHaveProperty('tabIndex', 0);
  const root = document.documentElement;
  expect(root.scrollWidth).toBeLessThanOrEqual(root.clientWidth);
  await expect.element(page.getByText(/^Пока не видно, чтобы талоны чаще/)).toBeVisible();
  await expect.element(page.getByText(/^Штриховка/)).not.toBeInTheDocument();
  await accessible();
});

test('where there is no room for the table it is a list by day', async () => {
  for (const [width, textSize] of [
    [480, 'normal'],
    [480, 'largest'],
    [320, 'normal'],
  ] as const) {
    await page.viewport(width, 900);
    show(past(), { settings: { textSize } });
    await expect.element(page.getByText('8:00–8:30 — 6 раз', { exact: true })).toBeVisible();
    await expect.element(page.getByText('19:00–19:30 — 1 раз', { exact: true })).toBeVisible();
    await expect.element(page.getByText('не появлялись').first()).toBeVisible();
    await expect
      .element(page.getByText('почти не проверяли: 7:30–12:00', { exact: true }))
      .toBeVisible();
    expect(page.getByRole('table').elements()).toEqual([]);
    const root = document.documentElement;
    expect(root.scrollWidth).toBeLessThanOrEqual(root.clientWidth);
    await accessible();
    (await import('../test/app.tsx')).close();
  }
});

test('too little data is said in a sentence instead of a table', async () => {
  show(
    past({
      timing: { kind: 'tooFew', releases: 4, daysLeft: 5 },
      lives: { kind: 'tooFew', counted: 3 },
      unplaced: 0,
    }),
  );
  await expect
    .element(
      page.getByText(
        'Пока мало данных: талоны появились 4 раза, нужно хотя бы\u00a010. Ещё примерно 5 дней наблюдений.',
      ),
    )
    .toBeVisible();
  await expect
    .element(
      page.getByText('Пока мало данных: известно, сколько прожили 3 талона, нужно хотя бы\u00a05.'),
    )
    .toBeVisible();
  expect(page.getByRole('table').elements()).toEqual([]);
});

test('how long a slot lives, the last releases and the gaps are told in words', async () => {
  show(past());
  await expect.element(page.getByText('Обычно талон свободен 4 минуты.')).toBeVisible();
  await expect.element(page.getByText('Меньше 5\u00a0минут прожили 23 из\u00a040.')).toBeVisible();
  await expect.element(page.getByText('1 талон никто не занял.')).toBeVisible();

  await expect
    .element(page.getByText(/^12\sталонов · обычно были свободны 3\sминуты$/))
    .toBeVisible();
  await expect.element(page.getByText('после 3 марта, 23:12, пока проверок не было')).toBeVisible();
  await expect.element(page.getByText('свободны: 2')).toBeVisible();

  await expect.element(page.getByText('3 марта, 23:12 — 4 марта, 7:41')).toBeVisible();
  await expect.element(page.getByText('Компьютер спал')).toBeVisible();
  await expect.element(page.getByText('с 5 марта, 12:00 до сих пор')).toBeVisible();
  await expect.element(page.getByText('Раньше были ещё перерывы: 3')).toBeVisible();
  await accessible();
});

test('of several clinics each is named', async () => {
  show(
    past({
      gaps: [
        {
          clinicId: '106',
          from: `${year}-03-03T05:00:00Z`,
          to: `${year}-03-03T07:30:00Z`,
          cause: 'unavailable',
        },
        {
          clinicId: '106',
          from: `${year}-03-02T05:00:00Z`,
          to: `${year}-03-02T09:30:00Z`,
          cause: 'idle',
        },
      ],
    }),
    {},
    [place('100', '1'), place('106', '1')],
  );
  const name = place('106', '1').clinicName;
  await expect.element(page.getByText(`Сайт или поликлиника не отвечали · ${name}`)).toBeVisible();
  await expect.element(page.getByText(`Эту поликлинику не проверяли · ${name}`)).toBeVisible();
  await expect.element(page.getByText('3 марта, 8:00 — 10:30')).toBeVisible();
});

test('the table is saved to a file, and a failure is said', async () => {
  const { world } = show(past());
  const save = page.getByRole('button', { name: 'Скачать CSV' });
  await save.click();
  await expect.element(page.getByText('Файл сохранён.')).toBeVisible();
  world.fail('saveHistory', failure('storage'));
  await save.click();
  await expect.element(page.getByRole('alert')).toBeVisible();
});

test('a history that cannot be read says so and is asked again', async () => {
  const { world } = open('/watches/1?tab=history', {}, ({ world: inside }) => {
    inside.past.set(inside.add(draft()).id, noPast());
    inside.fail('history', failure('storage'), true);
  });
  await expect.element(page.getByRole('alert')).toBeVisible();
  world.mend();
  await page.getByRole('button', { name: 'Повторить' }).click();
  await expect.element(page.getByText(/^Пока не было ни одной удачной проверки/)).toBeVisible();
});

test('before the first good check nothing is said of slots, and what is in the way is named', async () => {
  show({
    ...noPast(),
    gaps: [{ clinicId: null, from: `${year}-03-05T09:00:00Z`, to: null, cause: 'unavailable' }],
  });
  await expect.element(page.getByText(/^Пока не было ни одной удачной проверки/)).toBeVisible();
  await expect.element(page.getByText('Сайт или поликлиника не отвечали')).toBeVisible();
  expect(page.getByText(/талоны ещё не появлялись/i).elements()).toEqual([]);
  expect(page.getByText(/не разбирали/).elements()).toEqual([]);
  expect(page.getByRole('button', { name: 'Скачать CSV' }).elements()).toEqual([]);
});

test('looks that found nothing say that nothing has appeared yet', async () => {
  show({ ...noPast(), since: `${year}-03-05T09:00:00Z` });
  await expect
    .element(page.getByText('Пока мало данных: при нас талоны ещё не появлялись.'))
    .toBeVisible();
  await expect.element(page.getByText(/^При нас талоны ещё не появлялись\. Здесь/)).toBeVisible();
  await expect.element(page.getByText('Перерывов дольше получаса не было.')).toBeVisible();
});

test('in English and in the dark it reads the same', async () => {
  const now = { next: new Date(Date.now() - 60_000).toISOString(), chance: { low: 0, high: 1 } };
  show(past(), { settings: { language: 'en', theme: 'dark' } }, undefined, clock(now));
  await expect
    .element(
      page.getByText(
        'Slots appear most often on weekdays at 8:00–\u20608:15: 10 times out of\u00a011.',
      ),
    )
    .toBeVisible();
  await expect
    .element(page.getByText(/^It\sis\ssuch\sa\stime\sright\snow\..*\sno\smore\sthan\s1\sout\sof/))
    .toBeVisible();
  await expect.element(page.getByText('A slot is usually free for 4 minutes.')).toBeVisible();
  await accessible();
});

test('a waiting card says when slots usually appear rather than when the doctor works', async () => {
  open('/watches', {}, ({ world }) => {
    const { id } = world.add(draft());
    world.state(id, { kind: 'waiting' });
    world.clocks.set(id, clock({ days: { kind: 'any' } }));
  });
  const card = page.getByRole('article');
  await expect.element(card.getByText(/ · Обычно появляются 8:00–\u20608:15$/)).toBeVisible();
  expect(card.element().textContent?.includes('рабочий день')).toBe(false);
  await card.getByRole('link').first().click();
  await expect
    .element(page.getByText(/^Чаще всего талоны появляются в\s8:00.* из\s11\. В\sследующий раз/))
    .toBeVisible();
  await accessible();
});
