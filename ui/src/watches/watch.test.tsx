import { expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { draft, place } from '../ipc/memory/fixtures.ts';
import { failure } from '../ipc/memory/memory.ts';
import { open, route } from '../test/app.tsx';

const never = { ...draft().wish, notBefore: '2099-01-01' };

test('slots stand by day, and those outside the wish apart', async () => {
  const { world } = open('/watches/1', {}, ({ world: inside }) => {
    const { id } = inside.add(draft({ wish: never }));
    inside.release(id, 3);
  });
  const more = page.getByRole('button', { name: /Под ваше время не подходит: \d+/ });
  await more.click();
  await expect
    .element(page.getByRole('heading', { name: /Не подходят по времени \(\d+\)/ }))
    .toBeVisible();
  const slot = page.getByRole('button', { name: /^\d+:\d\d, каб\. \d+$/ }).first();
  await slot.click();
  await expect.poll(() => world.opened.length).toBe(1);
});

test('what was found is copied with the doctor and the page of the booking site', async () => {
  let copied = '';
  const copy = vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (said) => {
    copied = said;
  });
  open('/watches/1', {}, ({ world }) => {
    const { id } = world.add(draft({ nickname: 'мама' }));
    world.release(id, 2);
  });
  await page.getByRole('button', { name: 'Скопировать' }).click();
  await expect.element(page.getByText('Скопировано.').first()).toBeVisible();
  copy.mockRestore();
  expect(copied).toMatch(/Для: мама/);
  expect(copied).toMatch(/\d+:\d\d, каб\. \d+ — \S+ \S+/);
  expect(copied).toMatch(/^https:\/\/gorzdrav\.spb\.ru\//m);
});

test('history tells what appeared, how long it lived and how looks went', async () => {
  open('/watches/1?tab=history', {}, ({ world }) => {
    const { id } = world.add(draft());
    world.release(id, 2);
    world.take(id);
    world.service('down');
    world.look();
  });
  await page.getByRole('heading', { name: 'Какие талоны появлялись' }).click();
  await expect.element(page.getByText(/был свободен/).first()).toBeVisible();
  await page.getByRole('heading', { name: 'Как проходили проверки' }).click();
  await expect.element(page.getByText('Не отвечает', { exact: true })).toBeVisible();
  await expect.element(page.getByText('Талонов нет', { exact: true })).toBeVisible();
});

test('history without openings says so', async () => {
  open('/watches/1?tab=history', {}, ({ world }) => {
    const { id } = world.add(draft({ places: [place('107', '1')] }));
    world.state(id, { kind: 'waiting' });
  });
  await expect.element(page.getByText(/^Пока не было ни одной удачной проверки/)).toBeVisible();
  await page.getByRole('heading', { name: 'Какие талоны появлялись' }).click();
  await expect.element(page.getByText(/^При нас талоны ещё не появлялись/)).toBeVisible();
  await expect
    .element(page.getByRole('heading', { name: 'Когда не проверяли' }))
    .not.toBeInTheDocument();
});

test('time is changed with the same editor', async () => {
  const { world, host } = open('/watches/1?tab=setup', {}, ({ world: inside }) => {
    inside.add(draft());
  });
  await page.getByRole('button', { name: 'Изменить: Когда удобно' }).click();
  await expect.poll(() => document.activeElement?.hasAttribute('data-editor')).toBe(true);
  await page.getByText('Вечером, после 17:00').click();
  await expect.element(page.getByRole('main').getByText('После 17:00.')).toBeVisible();
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect.poll(() => world.calls).toContain('updateWatch');
  await expect.element(page.getByRole('button', { name: 'Изменить: Когда удобно' })).toHaveFocus();
  const saved = await host.commands.watch(1);
  expect(saved.status === 'ok' && saved.data.watch.wish.ranges).toEqual([
    { days: [], from: '17:00:00', to: null },
  ]);
});

test('whom it is for is changed, and an empty name is an error', async () => {
  const { host } = open('/watches/1?tab=setup', {}, ({ world }) => void world.add(draft()));
  await page.getByRole('button', { name: 'Изменить: Для кого' }).click();
  await page.getByText('Близкому').click();
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect.element(page.getByText(/Ошибка:/)).toBeVisible();
  await page.getByRole('textbox', { name: 'Как назвать?' }).fill('папа');
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect.element(page.getByText(/Для:\sпапа/)).toBeVisible();
  const saved = await host.commands.watch(1);
  expect(saved.status === 'ok' && saved.data.watch.nickname).toBe('папа');
});

test('a clinic is added and removed', async () => {
  const { host } = open('/watches/1?tab=setup', {}, ({ world }) => void world.add(draft()));
  await page.getByRole('button', { name: 'Добавить ещё поликлинику' }).click();
  await page.getByRole('list', { name: 'Поликлиники' }).getByRole('button').nth(2).click();
  await page.getByRole('region', { name: 'Специальности' }).getByRole('button').first().click();
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect.element(page.getByRole('button', { name: /^Убрать/ }).first()).toBeVisible();
  let saved = await host.commands.watch(1);
  expect(saved.status === 'ok' && saved.data.watch.places.length).toBe(2);
  await page
    .getByRole('button', { name: /^Убрать/ })
    .last()
    .click();
  await expect.element(page.getByRole('button', { name: /^Убрать/ })).not.toBeInTheDocument();
  saved = await host.commands.watch(1);
  expect(saved.status === 'ok' && saved.data.watch.places.length).toBe(1);
});

test('what the program refuses is said in words', async () => {
  open('/watches/1?tab=setup', {}, ({ world }) => {
    world.add(draft());
    world.fail('updateWatch', failure('invalid', ['past']));
  });
  await page.getByRole('button', { name: 'Изменить: До какого дня ждать' }).click();
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect
    .element(page.getByText('Последний день уже прошёл. Выберите день позже.'))
    .toBeVisible();
});

test('the watch is paused, resumed and removed from its page', async () => {
  open('/watches/1?tab=setup', {}, ({ world }) => void world.add(draft()));
  await page.getByRole('button', { name: 'Пауза без срока' }).click();
  await page.getByRole('button', { name: 'Продолжить' }).click();
  await expect.element(page.getByText('Сейчас ждём и проверяем.')).toBeVisible();
  await page.getByRole('button', { name: 'Больше не ждать' }).click();
  await expect.poll(route).toBe('/watches');
  await expect.element(page.getByRole('button', { name: 'Вернуть' })).toBeVisible();
});

test('a watch that is gone says so and leads home', async () => {
  open('/watches/99');
  await expect.element(page.getByText('Этого ожидания больше нет.')).toBeVisible();
});

test('a trouble on the page of a watch is said once, with the way to look again', async () => {
  const { world } = open('/watches/1', {}, ({ world: inside }) => {
    inside.add(draft({ wish: never }));
    inside.service('blocked');
  });
  await expect.element(page.getByText(/Выключите VPN и нажмите «Проверить»/)).toBeVisible();
  expect(page.getByText(/Выключите VPN/).all()).toHaveLength(1);
  await page.getByRole('button', { name: 'Проверить', exact: true }).click();
  await expect.poll(() => world.calls).toContain('checkNow');
});

test('what was found stays with its age when the site is down', async () => {
  const { world } = open('/watches/1', {}, ({ world: inside }) => {
    const { id } = inside.add(draft());
    inside.release(id, 1);
    inside.service('down');
  });
  await expect.element(page.getByText(/Есть талоны: \d+/)).toBeVisible();
  await expect.element(page.getByText(/Сайт записи не отвечает/)).toBeVisible();
  world.state(1, { kind: 'paused', until: null });
  await expect.element(page.getByText('Пауза. Талоны не проверяются.').first()).toBeVisible();
});

test('how often it is checked is said in whole minutes, and as often when it is less', async () => {
  open('/watches/1', {}, ({ world }) => world.add(draft()));
  await expect.element(page.getByText(/Проверяем раз в 2\sминуты/)).toBeVisible();
  const { close } = await import('../test/app.tsx');
  close();
  open('/watches/1', { demo: true }, ({ world }) => world.add(draft()));
  await expect.element(page.getByText(/Проверяем чаще раза в минуту/)).toBeVisible();
});
