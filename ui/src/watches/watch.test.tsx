import { expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { draft, place } from '../ipc/memory/fixtures.ts';
import { failure, type Memory } from '../ipc/memory/memory.ts';
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

/** From home to the settings of the watch, so that there is a way back. */
const toSetup = async () => {
  await page.getByRole('button', { name: 'Ещё' }).click();
  await page.getByRole('menuitem', { name: 'Изменить' }).click();
  await expect.poll(route).toMatch(/setup/);
};

/** What the program has of the watch. */
const kept = async (host: Memory) => {
  const answer = await host.commands.watch(1);
  if (answer.status !== 'ok') throw new Error('no watch');
  return answer.data.watch;
};

test('time is changed with the same editor, and each change is saved at once', async () => {
  const { host } = open('/watches/1?tab=setup', {}, ({ world }) => void world.add(draft()));
  await page.getByRole('button', { name: 'Изменить: Когда удобно' }).click();
  await expect.poll(() => document.activeElement?.hasAttribute('data-editor')).toBe(true);
  await page.getByText('Вечером, после 17:00').click();
  await page.getByRole('button', { name: 'Будни' }).click();
  await expect.element(page.getByRole('main').getByText('По будням после 17:00.')).toBeVisible();
  await expect
    .poll(async () => (await kept(host)).wish.ranges)
    .toEqual([{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '17:00:00', to: null }]);
  await expect.element(page.getByText('Каждое изменение сохраняется сразу.')).toBeVisible();
  await page.getByRole('button', { name: 'Готово' }).click();
  await expect.element(page.getByRole('button', { name: 'Изменить: Когда удобно' })).toHaveFocus();
  // Made one way, it opens the same way.
  await page.getByRole('button', { name: 'Изменить: Когда удобно' }).click();
  await expect.element(page.getByRole('radio', { name: 'Вечером, после 17:00' })).toBeChecked();
  await expect
    .element(page.getByRole('button', { name: 'Будни' }))
    .toHaveAttribute('aria-pressed', 'true');
});

test('what was changed is not lost by Esc or by leaving', async () => {
  const { host } = open('/watches', {}, ({ world }) => void world.add(draft()));
  const leave = { esc: '{Escape}', other: '{Control>}2{/Control}' };
  for (const [keys, year] of [
    [leave.esc, 2098],
    [leave.other, 2097],
  ] as const) {
    await toSetup();
    await page.getByRole('button', { name: 'Изменить: До какого дня ждать' }).click();
    await page.getByRole('group', { name: 'Ждать до' }).getByRole('spinbutton').first().click();
    await userEvent.keyboard(`1012${year}`);
    await page.getByRole('heading', { level: 1 }).element().focus();
    await userEvent.keyboard(keys);
    await expect.poll(route).not.toMatch(/setup/);
    await expect.poll(async () => (await kept(host)).until).toBe(`${year}-12-10`);
  }
});

test('Esc that closes a calendar does not leave the page', async () => {
  open('/watches', {}, ({ world }) => void world.add(draft()));
  await toSetup();
  await page.getByRole('button', { name: 'Изменить: До какого дня ждать' }).click();
  const button = page.getByRole('button', { name: 'Календарь Ждать до' });
  await button.click();
  await expect.element(page.getByRole('grid')).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('grid')).not.toBeInTheDocument();
  await expect.element(button).toHaveFocus();
  expect(route()).toMatch(/setup/);
  // Wherever the focus is.
  await button.click();
  await page.getByRole('heading', { level: 1 }).element().focus();
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('grid')).not.toBeInTheDocument();
  expect(route()).toMatch(/setup/);
  await page.getByRole('heading', { level: 1 }).element().focus();
  await userEvent.keyboard('{Escape}');
  await expect.poll(route).not.toMatch(/setup/);
});

test('a day that has passed is an error at its field and is not saved', async () => {
  const { host, world } = open('/watches/1?tab=setup', {}, ({ world: begun }) => {
    begun.add(draft());
  });
  await page.getByRole('button', { name: 'Изменить: До какого дня ждать' }).click();
  const field = page.getByRole('group', { name: 'Ждать до' });
  await field.getByRole('spinbutton').first().click();
  await userEvent.keyboard('10122020');
  await expect.element(page.getByText('Последний день уже прошёл.')).toBeVisible();
  await expect.element(field).toHaveAccessibleDescription(/Последний день уже прошёл/);
  await expect.element(page.getByText('Не сохранено: исправьте ошибку выше.')).toBeVisible();
  await page.getByRole('button', { name: 'Готово' }).click();
  await new Promise((done) => setTimeout(done, 100));
  expect(world.calls).not.toContain('updateWatch');
  expect((await kept(host)).until).toBeNull();
});

test('whom it is for is changed, and an empty name is an error', async () => {
  const { host } = open('/watches/1?tab=setup', {}, ({ world }) => void world.add(draft()));
  await page.getByRole('button', { name: 'Изменить: Для кого' }).click();
  await page.getByText('Близкому').click();
  const name = page.getByRole('textbox', { name: 'Как назвать?' });
  await expect.element(name).toHaveFocus();
  await page.getByRole('button', { name: 'Готово' }).click();
  await expect.element(page.getByText(/Ошибка:/)).toBeVisible();
  await name.fill('папа');
  await page.getByRole('button', { name: 'Готово' }).click();
  await expect.element(page.getByText(/Для:\sпапа/)).toBeVisible();
  expect((await kept(host)).nickname).toBe('папа');
});

test('one change does not undo another that is still on its way', async () => {
  const { host } = open('/watches/1?tab=setup', { delay: 150 }, ({ world }) => {
    world.add(draft());
  });
  await page.getByRole('button', { name: 'Изменить: Когда удобно' }).click();
  await page.getByText('Утром, до 12:00').click();
  await page.getByRole('button', { name: 'Изменить: Для кого' }).click();
  await page.getByText('Близкому').click();
  await userEvent.keyboard('папа');
  await page.getByRole('button', { name: 'Готово' }).click();
  await expect.poll(async () => (await kept(host)).nickname).toBe('папа');
  expect((await kept(host)).wish.ranges).toEqual([{ days: [], from: null, to: '12:00:00' }]);
});

test('a place that is half changed is kept, and said to be unsaved', async () => {
  const { host } = open('/watches/1?tab=setup', {}, ({ world }) => void world.add(draft()));
  await page.getByRole('button', { name: /^Изменить: .*ГП/ }).click();
  await page.getByText('К любому, кроме выбранных').click();
  await page.getByRole('checkbox').first().click({ force: true });
  await expect.element(page.getByText('Ещё не сохранено.')).toBeVisible();
  await userEvent.keyboard('{Control>}2{/Control}');
  await expect.poll(route).toBe('/find');
  window.location.hash = '#/watches/1?tab=setup';
  await expect.element(page.getByText('Ещё не сохранено.')).toBeVisible();
  await expect.element(page.getByRole('checkbox').first()).toBeChecked();
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect.element(page.getByText('Ещё не сохранено.')).not.toBeInTheDocument();
  expect((await kept(host)).places[0]?.doctors).toMatchObject({ kind: 'except' });
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
    world.fail('updateWatch', failure('invalid', ['tooLong']));
  });
  await page.getByRole('button', { name: 'Изменить: Когда удобно' }).click();
  await page.getByText('Утром, до 12:00').click();
  await expect.element(page.getByText('Слишком много текста.')).toBeVisible();
  await expect.element(page.getByText('Ещё не сохранено.')).toBeVisible();
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
