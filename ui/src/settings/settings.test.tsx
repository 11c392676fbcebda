import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { failure } from '../ipc/memory/memory.ts';
import { open } from '../test/app.tsx';

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

test('theme and language act at once', async () => {
  open('/settings/view');
  const root = document.documentElement;
  await page.getByText('Тёмная').click();
  await expect.poll(() => root.dataset.scheme).toBe('dark');
  await page.getByText('Контрастная').click();
  await expect.poll(() => root.hasAttribute('data-contrast')).toBe(true);
  await page.getByText('English').click();
  await expect
    .element(page.getByRole('heading', { level: 1, name: 'Settings: Look and language' }))
    .toBeVisible();
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

test('the budget is chosen in words, with the requests of today', async () => {
  const { world } = open('/settings/checks');
  await expect.element(page.getByText(/Сегодня \d+\sзапрос/)).toBeVisible();
  await page.getByText('Не больше 180 запросов в час').click();
  await expect.poll(() => world.settings.budgetPerHour).toBe(180);
});

test('data is exported, imported after asking, and found', async () => {
  const { world } = open('/settings/data');
  await page.getByRole('button', { name: 'Сохранить в файл' }).click();
  await expect.element(page.getByText('Файл сохранён.')).toBeVisible();
  await page.getByRole('button', { name: 'Взять из файла' }).click();
  await page.getByRole('button', { name: 'Отмена' }).click();
  expect(world.calls).not.toContain('importFromFile');
  await page.getByRole('button', { name: 'Взять из файла' }).click();
  await page.getByRole('button', { name: 'Выбрать файл' }).click();
  await expect.element(page.getByText('Добавлено 2 ожидания.')).toBeVisible();
  await expect.element(page.getByText('/home/user/.local/share/talonchik')).toBeVisible();
});

test('a wrong file is said in words', async () => {
  open('/settings/data', {}, ({ world }) =>
    world.fail('importFromFile', failure('invalid', ['badFile'])),
  );
  await page.getByRole('button', { name: 'Взять из файла' }).click();
  await page.getByRole('button', { name: 'Выбрать файл' }).click();
  await expect.element(page.getByText(/Это не файл программы Талончик/)).toBeVisible();
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
