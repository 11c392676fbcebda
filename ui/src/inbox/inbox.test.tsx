import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { Alert } from '../ipc/host.ts';
import { draft } from '../ipc/memory/fixtures.ts';
import { failure } from '../ipc/memory/memory.ts';
import { open } from '../test/app.tsx';

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

const alert = (part: Partial<Alert> = {}): Alert => ({
  id: 700,
  watchId: 1,
  nickname: 'мама',
  clinicId: '100',
  clinic: 'ГП № 3',
  address: 'ул. Ветровая, 1',
  specialty: 'Окулист',
  link: 'https://gorzdrav.spb.ru/service-free-schedule#x',
  raisedAt: at(-4),
  state: { kind: 'raised' },
  slots: [
    {
      doctorId: 'д1',
      doctor: 'Ветров Пётр Ильич',
      start: at(60 * 30),
      end: null,
      room: '435',
      firstSeen: at(-4),
      goneAt: null,
    },
  ],
  deliveries: [{ channel: 'desktop', state: 'sent', at: at(-4), why: null }],
  ...part,
});
const withAlert =
  (...alerts: Alert[]) =>
  ({ world }: { world: { raise: (alert: Alert) => void } }) =>
    alerts.forEach(world.raise);

test('an alert keeps its buttons until it is answered', async () => {
  const { world } = open('/inbox', {}, withAlert(alert()));
  const card = page.getByRole('article', { name: 'Есть талоны · Окулист' });
  await expect.element(card.getByText('Ждёт ответа')).toBeVisible();
  await expect.element(card.getByText(/Для:\sмама/)).toBeVisible();
  await expect.element(card.getByText(/Уведомление на экране: показано в/)).toBeVisible();
  await card.getByRole('button', { name: 'Позже' }).click();
  await expect.element(card.getByText(/Напомним в/)).toBeVisible();
  await card.getByRole('button', { name: 'Понятно' }).click();
  await expect.element(card.getByText('Прочитано')).toBeVisible();
  await expect.element(card.getByRole('button', { name: 'Позже' })).not.toBeInTheDocument();
  await card.getByRole('button', { name: 'Записаться' }).click();
  await expect.poll(() => world.opened).toEqual([alert().link]);
  await expect.element(card.getByText('Открывали запись')).toBeVisible();
});

test('«Не подходит» is an answer', async () => {
  open('/inbox', {}, withAlert(alert()));
  await page.getByRole('button', { name: 'Не подходит' }).click();
  await expect.element(page.getByText('Не подходит', { exact: true })).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Записаться' })).not.toBeInTheDocument();
});

test('slots that are gone are told with how long they were there', async () => {
  const [slot] = alert().slots;
  if (slot === undefined) throw new Error('no slot');
  open(
    '/inbox',
    {},
    withAlert(alert({ state: { kind: 'gone' }, slots: [{ ...slot, goneAt: at(-1) }] })),
  );
  await expect
    .element(page.getByText('Талоны разобрали. Были доступны 3 минуты. Ждём дальше.'))
    .toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Записаться' })).not.toBeInTheDocument();
});

test('what was not delivered is said, with the reason', async () => {
  open(
    '/inbox',
    {},
    withAlert(
      alert({
        deliveries: [
          { channel: 'desktop', state: 'dead', at: at(-1), why: 'absent' },
          { channel: 'telegram/9', state: 'due', at: at(-1), why: 'silent' },
          { channel: 'stdout', state: 'due', at: at(-1), why: 'quiet' },
        ],
      }),
    ),
  );
  await expect.element(page.getByText('Уведомление на экране: не показано')).toBeVisible();
  await expect.element(page.getByText('В системе нет службы уведомлений.')).toBeVisible();
  await expect.element(page.getByText('Телеграм — пока не отправлено, пробуем ещё')).toBeVisible();
  await expect.element(page.getByText('Командная строка: покажем после тихих часов')).toBeVisible();
});

test('the filter leaves what waits for an answer', async () => {
  open('/inbox', {}, withAlert(alert({ id: 1, state: { kind: 'seen' } }), alert({ id: 2 })));
  await expect.element(page.getByRole('article').nth(1)).toBeVisible();
  await page.getByText('Ждут ответа').click();
  await expect.poll(() => page.getByRole('article').all().length).toBe(1);
});

test('the number in the sidebar follows the answers', async () => {
  open('/inbox', {}, withAlert(alert()));
  await expect.element(page.getByRole('link', { name: /1 событие ждёт ответа/ })).toBeVisible();
  await page.getByRole('button', { name: 'Понятно' }).click();
  await expect.element(page.getByRole('link', { name: /ждёт ответа/ })).not.toBeInTheDocument();
});

test('a removed watch can be brought back for a day', async () => {
  const { world } = open('/inbox', {}, (host) => {
    const { id } = host.world.add(draft());
    host.commands.removeWatch(id);
    host.world.forms.set(
      'removed',
      JSON.stringify([
        { id, title: 'Окулист — любой врач', at: at(-60) },
        { id: 55, title: 'Давно', at: at(-60 * 25) },
      ]),
    );
  });
  await expect.element(page.getByText('Больше не ждём: Окулист — любой врач')).toBeVisible();
  await expect.element(page.getByText(/Давно/)).not.toBeInTheDocument();
  await page.getByRole('button', { name: 'Вернуть' }).click();
  await expect.poll(() => world.calls).toContain('restoreWatch');
  await expect
    .element(page.getByText('Больше не ждём: Окулист — любой врач'))
    .not.toBeInTheDocument();
});

test('an empty inbox and a failed one are told apart', async () => {
  const { world } = open('/inbox', {}, (host) => host.world.fail('inbox', failure('storage')));
  await expect.element(page.getByRole('alert')).toBeVisible();
  await page.getByRole('button', { name: 'Повторить' }).click();
  await expect.element(page.getByText(/Здесь останется каждый найденный талон/)).toBeVisible();
  expect(world.calls.filter((call) => call === 'inbox').length).toBeGreaterThan(1);
});

test('an answer that fails is said', async () => {
  open('/inbox', {}, (host) => {
    host.world.raise(alert());
    host.world.fail('answer', failure('storage'));
  });
  await page.getByRole('button', { name: 'Понятно' }).click();
  await expect.element(page.getByRole('alert')).toBeVisible();
});

test('a removal undone from the message, on another page, is undone there too', async () => {
  open('/watches', {}, ({ world }) => void world.add(draft()));
  await page.getByRole('button', { name: 'Ещё' }).click();
  await page.getByRole('menuitem', { name: /Больше не ждать/ }).click();
  const undo = page
    .getByRole('region', { name: 'Сообщения' })
    .getByRole('button', { name: 'Вернуть' });
  await expect.element(undo).toBeVisible();
  await page.getByRole('link', { name: /^События/ }).click();
  await expect.element(page.getByText(/Больше не ждём/).nth(1)).toBeVisible();
  await undo.click();
  await expect.element(page.getByText('Снова ждём талон.').first()).toBeVisible();
  await expect.element(page.getByText(/Больше не ждём/)).not.toBeInTheDocument();
});

test('messages elsewhere are named for people, and the ladder is no failure', async () => {
  open('/inbox', {}, (host) => {
    host.world.ways.bot({ title: 'Мария' }, { title: 'Пётр' });
    withAlert(
      alert({
        deliveries: [
          { channel: 'telegram/1', state: 'sent', at: at(-1), why: null },
          { channel: 'telegram/2', state: 'dead', at: at(-1), why: 'blocked' },
          { channel: 'mail', state: 'due', at: at(-1), why: 'ladder' },
          { channel: 'push', state: 'due', at: at(-1), why: 'unreachable' },
        ],
      }),
    )(host);
  });
  await expect.element(page.getByText(/Телеграм: Мария — отправлено в/)).toBeVisible();
  await expect.element(page.getByText('Телеграм: Пётр — не отправлено')).toBeVisible();
  await expect.element(page.getByText('Адресат не принимает сообщений.')).toBeVisible();
  const later = page.getByText('Почта — отправим, если не ответите на экране');
  await expect.element(later).toBeVisible();
  expect(later.element().closest('li')?.className).not.toContain('warn');
  await expect.element(page.getByText('Push — пока не отправлено, пробуем ещё')).toBeVisible();
  await expect.element(page.getByText('Нет связи.')).toBeVisible();
});
