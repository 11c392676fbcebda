import { expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { addEveryState, draft, mixedFile } from '../ipc/memory/fixtures.ts';
import { failure } from '../ipc/memory/memory.ts';
import { accessible, open, route } from '../test/app.tsx';

test('switches of notifications act at once', async () => {
  const { world } = open('/settings/notifications');
  await page.getByText('Скрывать подробности').click();
  await expect.poll(() => world.settings.hideDetails).toBe(true);
  await page.getByText('Звук', { exact: true }).click();
  await expect.poll(() => world.settings.sound).toBe(false);
  await page.getByText('Показывать уведомления').click();
  await expect.poll(() => world.settings.notifications).toBe(false);
  await expect.element(page.getByText('Пробное уведомление')).not.toBeInTheDocument();
});

test('theme, text size and language act at once', async () => {
  const { world } = open('/settings/view');
  const root = document.documentElement;
  await page.getByText('Тёмная').click();
  await expect.poll(() => root.dataset.scheme).toBe('dark');
  await page.getByText('Контрастная').click();
  await expect.poll(() => root.hasAttribute('data-contrast')).toBe(true);
  await page.getByText('Очень крупный').click();
  await expect.poll(() => getComputedStyle(root).fontSize).toBe('24px');
  await page.getByText('English').click();
  await expect
    .element(page.getByRole('heading', { level: 1, name: 'Settings: Look and language' }))
    .toBeVisible();
  expect(root.lang).toBe('en');
  await expect
    .element(page.getByRole('navigation', { name: 'Sections of settings' }))
    .toBeVisible();
  expect(world.titles.at(-1)).toContain('Settings: Look and language');
  // The page that is open stays open.
  expect(route()).toBe('/settings/view');
});

test('a setting that was not kept goes back and is said', async () => {
  open('/settings/start', {}, ({ world }) => world.fail('saveSettings', failure('storage')));
  const toggle = page.getByRole('switch', { name: 'Запускать вместе с компьютером' });
  await page.getByText('Запускать вместе с компьютером').click();
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(toggle).not.toBeChecked();
});

test('a system without a tray is told about', async () => {
  open('/settings/start');
  await expect.element(page.getByText(/окно будет сворачиваться/)).toBeVisible();
});

const said = (words: RegExp | string) => expect.element(page.getByText(words)).toBeVisible();

test('the budget goes down and up to its ceiling, by keyboard too', async () => {
  const { world } = open('/settings/checks');
  await said(/В среднем до 360\sзапросов в час/);
  await said(/раз в 10\sсекунд на все ожидания вместе/);
  const less = page.getByRole('button', { name: 'Реже' });
  const more = page.getByRole('button', { name: 'Чаще' });
  await less.click();
  await expect.poll(() => world.settings.budgetPerHour).toBe(300);
  for (const budget of [360, 450, 600, 720]) {
    await userEvent.keyboard(budget === 360 ? '{Tab}{Enter}' : '{Enter}');
    await expect.poll(() => world.settings.budgetPerHour).toBe(budget);
  }
  await said(/только если очень нужно/);
  await said(/это предел/);
  await userEvent.keyboard('{Enter}');
  await expect.element(more).toHaveFocus();
  expect(world.settings.budgetPerHour).toBe(720);
  await accessible();
});

test('bursts are allowed by a switch', async () => {
  const { world } = open('/settings/checks');
  await page.getByText('Чаще в часы, когда обычно появляются талоны').click();
  await expect.poll(() => world.settings.bursts).toBe(true);
});

test('what the requests were for is told when it is asked', async () => {
  const { world } = open('/settings/checks', {}, addEveryState);
  await said(/Сегодня \d+\sзапрос.*, в среднем можно до 8.640/);
  expect(world.calls).not.toContain('ledger');
  await page.getByText('На что ушли запросы').click();
  await said('По ожиданиям');
  await said('По поликлиникам');
  await said(/Остальное: .* смотрели$/);
  await accessible();
});

test('data is exported and found', async () => {
  open('/settings/data');
  await page.getByRole('button', { name: 'Сохранить в файл' }).click();
  await expect.element(page.getByText('Файл сохранён.')).toBeVisible();
  await expect.element(page.getByText('/home/user/.local/share/talonchik')).toBeVisible();
});

const takeFile = () => page.getByRole('button', { name: 'Взять из файла' }).click();
const dialog = () => page.getByRole('alertdialog');

test('a file is looked through before anything is taken from it', async () => {
  const { world } = open('/settings/data', {}, (host) => {
    host.world.file = mixedFile();
  });
  await takeFile();
  await expect.element(dialog().getByText('Добавятся: 2', { exact: true })).toBeVisible();
  await expect.element(dialog().getByText(/Для:\sмама/)).toBeVisible();
  await expect.element(dialog().getByText('Уже есть: 1')).toBeVisible();
  await expect.element(dialog().getByText('Не добавятся: 2')).toBeVisible();
  await expect.element(dialog().getByText(/Последний день уже прошёл/)).toBeVisible();
  await expect.element(dialog().getByText('Это ожидание не читается.')).toBeVisible();
  await expect.element(dialog().getByText(/Настройки из файла заменят/)).toBeVisible();
  await accessible(['aria-hidden-focus', 'region']);
  await dialog().getByRole('button', { name: 'Отмена' }).click();
  await expect.element(dialog()).not.toBeInTheDocument();
  expect(world.calls).not.toContain('importChosen');

  await takeFile();
  await dialog().getByRole('button', { name: 'Добавить 2 ожидания' }).click();
  await expect.element(page.getByText('Добавлено 2 ожидания.')).toBeVisible();
});

test('of a file with nothing new only the settings are taken, or nothing at all', async () => {
  const known = mixedFile().watches.filter(({ fate }) => fate.kind === 'known');
  const { world } = open('/settings/data', {}, (host) => {
    host.world.file = { watches: known, settings: { budgetPerHour: 720, bursts: true } };
  });
  await takeFile();
  await expect.element(dialog().getByText(/в среднем до 720\sзапросов в час/)).toBeVisible();
  await expect.element(dialog().getByText(/чаще в часы, когда/)).toBeVisible();
  await dialog().getByRole('button', { name: 'Взять настройки' }).click();
  await expect.poll(() => world.calls).toContain('importChosen');
  world.file = { watches: [], settings: null };
  await takeFile();
  await expect.element(dialog().getByText('Ожиданий в файле нет.')).toBeVisible();
  await dialog().getByRole('button', { name: 'Закрыть' }).click();
  await expect.element(dialog()).not.toBeInTheDocument();
});

test('a choice of no file asks nothing', async () => {
  const { world } = open('/settings/data', {}, (host) => {
    host.world.file = null;
  });
  await takeFile();
  await expect.poll(() => world.calls).toContain('chooseImport');
  await expect.element(dialog()).not.toBeInTheDocument();
});

test('a wrong file is said in words', async () => {
  open('/settings/data', {}, ({ world }) =>
    world.fail('chooseImport', failure('invalid', ['badFile'])),
  );
  await takeFile();
  await expect.element(page.getByText(/Это не файл программы Талончик/)).toBeVisible();
});

test('everything is deleted after two answers, and the first run comes', async () => {
  const { world } = open('/settings/data', {}, addEveryState);
  const ask = () => page.getByRole('button', { name: 'Удалить всё' }).click();
  await ask();
  const sure = dialog().getByRole('button', { name: 'Удалить всё' });
  await expect.element(sure).toBeDisabled();
  await accessible(['aria-hidden-focus', 'region']);
  await dialog().getByText('Да, удалить насовсем').click();
  await expect.element(sure).toBeEnabled();
  await dialog().getByRole('button', { name: 'Отмена' }).click();
  expect(world.calls).not.toContain('eraseAll');

  await ask();
  // The first answer is not remembered.
  await expect.element(sure).toBeDisabled();
  await dialog().getByText('Да, удалить насовсем').click();
  await sure.click();
  await expect.element(page.getByRole('heading', { level: 1, name: /Здравствуйте/ })).toBeVisible();
  await expect.element(page.getByText('Все данные удалены.').first()).toBeVisible();
  expect(world.settings.welcomed).toBe(false);
});

test('data that could not be deleted is said', async () => {
  open('/settings/data', {}, ({ world }) => world.fail('eraseAll', failure('storage')));
  await page.getByRole('button', { name: 'Удалить всё' }).click();
  await dialog().getByText('Да, удалить насовсем').click();
  await dialog().getByRole('button', { name: 'Удалить всё' }).click();
  await expect.element(page.getByRole('alert')).toBeVisible();
  expect(route()).toBe('/settings/data');
});

test('quiet hours are set by the clock, and held or silent', async () => {
  const { world } = open('/settings/notifications');
  expect(page.getByRole('group', { name: 'Не беспокоить' }).query()).toBeNull();
  await page.getByText('Не беспокоить').click();
  await expect
    .poll(() => world.settings.quiet)
    .toEqual({ on: true, from: '23:00:00', to: '07:00:00', manner: 'hold' });
  await page.getByRole('spinbutton', { name: /час.*С/i }).fill('21');
  // Half-typed hours must not act.
  expect(world.settings.quiet.from).toBe('23:00:00');
  await userEvent.keyboard('{Tab}{Tab}{Tab}{Tab}');
  await expect.poll(() => world.settings.quiet.from).toBe('21:00:00');
  await page.getByText('Показать сразу, без звука').click();
  await expect.poll(() => world.settings.quiet.manner).toBe('silent');
  await accessible();
});

test('quiet hours without a length are said to be none', async () => {
  const quiet = { on: true, from: '07:00:00', to: '07:00:00', manner: 'hold' } as const;
  open('/settings/notifications', { settings: { quiet } });
  await expect.element(page.getByText(/тихих часов не будет/)).toBeVisible();
});

test('the practice city is entered and left', async () => {
  open('/settings/data');
  await page.getByRole('button', { name: 'Войти в учебный город' }).click();
  await expect.element(page.getByText('Учебный город — талоны ненастоящие')).toBeVisible();
});

test('the self-check tells each subject and what to do', async () => {
  const { world } = open('/settings/about', {}, (host) => {
    host.world.checks = [
      { subject: 'network', verdict: 'fine', detail: null },
      { subject: 'clock', verdict: 'broken', detail: '+400 s' },
    ];
  });
  await expect.element(page.getByText(/Включите точное время/)).toBeVisible();
  await expect.element(page.getByText('Неофициальная программа')).toBeVisible();
  await page.getByRole('button', { name: 'Проверить ещё раз' }).click();
  await expect.poll(() => world.calls.filter((call) => call === 'selfCheck').length).toBe(2);
  await page.getByRole('button', { name: 'Скопировать отчёт' }).click();
  await expect
    .element(page.getByText(/Отчёт скопирован|Скопировать не удалось/).first())
    .toBeVisible();
});

test('what the summaries of the watched clinics are worth is told in words', async () => {
  open('/settings/about', {}, (host) => {
    host.world.trust = [
      { clinicId: '1', clinic: 'ГП № 1', state: { kind: 'trusted' } },
      { clinicId: '2', clinic: 'ГП № 2', state: { kind: 'checking', seen: 120, needed: 300 } },
      { clinicId: '3', clinic: 'ГП № 3', state: { kind: 'lists' } },
      { clinicId: '4', clinic: 'ГП № 4', state: { kind: 'slots' } },
    ];
  });
  for (const said of [
    'Сводке поликлиники можно верить.',
    /Проверяем,\sможно\sли\sверить\sсводке\s\(120\sиз\s300\)/,
    'Сводка поликлиники ошибалась: смотрим списки врачей.',
    'Сводка поликлиники ошибалась: смотрим талоны у каждого врача.',
  ])
    await expect.element(page.getByText(said)).toBeVisible();
  await accessible();
});

test('the copied report tells how things are and about nobody', async () => {
  let copied = '';
  const copy = vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (said) => {
    copied = said;
  });
  open('/settings/about', {}, (host) => {
    const { places } = host.world.add(draft({ nickname: 'бабушка' }));
    expect(places[0]?.clinicName).not.toBe('');
    host.world.checks = [
      { subject: 'network', verdict: 'fine', detail: null },
      { subject: 'database', verdict: 'fine', detail: null },
      { subject: 'notifications', verdict: 'fine', detail: 'xfce 0.7' },
      { subject: 'tray', verdict: 'remark', detail: 'no StatusNotifierHost' },
    ];
    const state = { kind: 'checking', seen: 120, needed: 300 } as const;
    host.world.trust = [{ clinicId: '1', clinic: 'ГП № 1', state }];
  });
  await page.getByRole('button', { name: 'Скопировать отчёт' }).click();
  await expect.element(page.getByText(/Отчёт скопирован/).first()).toBeVisible();
  copy.mockRestore();
  for (const said of [
    /^Талончик \d+\.\d+\.\d+$/m,
    /Mozilla/,
    /^last good check: 20\d\d-/m,
    /^watches: 1$/m,
    /^service: fine$/m,
    /^requests today: \d+ of 8640$/m,
    /^network: fine$/m,
    /^database: fine$/m,
    /^notifications: fine · xfce 0.7$/m,
    /^tray: remark · no StatusNotifierHost$/m,
    /^summary: checking 120 of 300$/m,
  ])
    expect(copied).toMatch(said);
  for (const secret of [/бабушка/, /ГП\s№/, /Терап/, /home/]) expect(copied).not.toMatch(secret);
});

test('quitting asks first', async () => {
  const { world } = open('/settings/about');
  await page.getByRole('button', { name: 'Выйти' }).click();
  await expect.element(page.getByText(/Ждать талоны перестанем/)).toBeVisible();
  await page.getByRole('button', { name: 'Остаться' }).click();
  expect(world.calls).not.toContain('quit');
  await page.getByRole('button', { name: 'Выйти' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Выйти' }).click();
  await expect.poll(() => world.calls).toContain('quit');
});
