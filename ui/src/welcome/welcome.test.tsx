import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { mixedFile } from '../ipc/memory/fixtures.ts';
import { accessible, open, route } from '../test/app.tsx';

const heading = (name: string) => page.getByRole('heading', { level: 1, name });
const fresh = { settings: { welcomed: false } };

/** Tab until the focus is on what is wanted; every stop shows where it is. */
async function tabTo(name: string | RegExp) {
  for (let stops = 0; stops < 80; stops++) {
    await userEvent.keyboard('{Tab}');
    const now = document.activeElement;
    const label = now?.closest('label')?.textContent ?? now?.textContent ?? '';
    if (typeof name === 'string' ? label.trim().startsWith(name) : name.test(label)) return;
  }
  throw new Error(`${name} is not reached`);
}

test('the first run needs a keyboard only: from install to the first watch', async () => {
  const { host, world } = open('/welcome', { ...fresh, luck: 0 });
  await expect.element(heading('Здравствуйте. Помогу дождаться талона к врачу')).toHaveFocus();
  await tabTo('Начать');
  await userEvent.keyboard('{Enter}');

  await expect.element(heading('Кому нужен врач?')).toHaveFocus();
  await tabTo('Мне');
  await userEvent.keyboard('{ArrowDown}');
  await userEvent.keyboard('{Tab}мама');
  await accessible();
  await tabTo('Дальше');
  await userEvent.keyboard('{Enter}');

  await expect.element(heading('Где искать?')).toHaveFocus();
  await expect.element(page.getByRole('list', { name: 'Поликлиники' })).toBeVisible();
  await userEvent.keyboard('{Control>}f{/Control}36');
  await expect.element(page.getByRole('button', { name: /№ 36/ })).toBeVisible();
  await userEvent.keyboard('{ArrowDown}{Enter}');

  await expect.element(heading('Какой врач?')).toHaveFocus();
  await expect.element(page.getByRole('region', { name: 'Специальности' })).toBeVisible();
  await accessible();
  await tabTo(/есть|сейчас нет/);
  await userEvent.keyboard('{Enter}');

  await expect.element(heading('К кому именно?')).toHaveFocus();
  await expect.element(page.getByRole('radio', { name: 'К любому врачу' })).toBeChecked();
  await accessible();
  await tabTo('Дальше');
  await userEvent.keyboard('{Enter}');

  await expect.element(heading('Когда удобно?')).toHaveFocus();
  await expect.element(page.getByRole('radio', { name: 'Любое' })).toBeChecked();
  await tabTo('Дальше');
  await userEvent.keyboard('{Enter}');

  await expect.element(heading('Как сообщить?')).toHaveFocus();
  await accessible();
  await tabTo('Готово');
  await userEvent.keyboard('{Enter}');

  await expect.element(heading('Всё готово')).toHaveFocus();
  await accessible();
  expect(world.settings).toMatchObject({ welcomed: true, autostart: true });
  await tabTo('Понятно');
  await userEvent.keyboard('{Enter}');
  await expect.element(heading('Жду талон')).toHaveFocus();
  const kept = await host.commands.watches();
  expect(kept.status === 'ok' && kept.data[0]?.watch.nickname).toBe('мама');

  // The slot appears, and is reached and booked with the keyboard too.
  world.release(1, 1);
  await expect.element(page.getByText(/Есть талоны: \d+/)).toBeVisible();
  await tabTo('Записаться');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => world.opened.length).toBe(1);
});

test('seven presses lead through the first run', async () => {
  const { world } = open('/welcome', fresh);
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  await press('Начать');
  await press('Дальше');
  await page.getByRole('list', { name: 'Поликлиники' }).getByRole('button').first().click();
  await page.getByRole('region', { name: 'Специальности' }).getByRole('button').first().click();
  await press('Дальше');
  await press('Дальше');
  await press('Готово');
  await expect.element(heading('Всё готово')).toBeVisible();
  expect(world.calls).toContain('addWatch');
});

test('answers stay when the window is closed in the middle', async () => {
  const { world } = open('/welcome/who', fresh);
  await page.getByText('Близкому').click();
  await page.getByRole('textbox', { name: 'Как назвать?' }).fill('дедушка');
  await expect.poll(() => world.forms.get('welcome')).toContain('дедушка');
  const kept = world.forms.get('welcome') ?? '';
  const { close } = await import('../test/app.tsx');
  close();
  open('/welcome/who', fresh, ({ world: { forms } }) => forms.set('welcome', kept));
  await expect.element(page.getByRole('textbox', { name: 'Как назвать?' })).toHaveValue('дедушка');
});

test('«Близкому» leads straight to the name; arrows only choose', async () => {
  open('/welcome/who', fresh);
  const name = page.getByRole('textbox', { name: 'Как назвать?' });
  await page.getByText('Близкому').click();
  await expect.element(name).toHaveFocus();
  await userEvent.keyboard('мама');
  await expect.element(name).toHaveValue('мама');
  await page.getByText('Мне', { exact: true }).click();
  await expect.element(name).not.toBeInTheDocument();
  await userEvent.keyboard('{ArrowDown}');
  await expect.element(page.getByRole('radio', { name: 'Близкому' })).toHaveFocus();
});

test('a name is asked for with an error above the field', async () => {
  open('/welcome/who', fresh);
  await page.getByText('Близкому').click();
  await page.getByRole('button', { name: 'Дальше' }).click();
  await expect.element(page.getByText(/Ошибка: Напишите, как назвать/)).toBeVisible();
  await expect.element(page.getByRole('textbox', { name: 'Как назвать?' })).toHaveFocus();
  expect(route()).toBe('/welcome/who');
});

test('size of text and language act at once', async () => {
  const { world } = open('/welcome', fresh);
  await page.getByText('Очень крупный').click();
  await expect.poll(() => getComputedStyle(document.documentElement).fontSize).toBe('24px');
  await page.getByText('English').click();
  await expect.element(heading('Hello. I will help you get a doctor’s appointment')).toBeVisible();
  expect(document.documentElement.lang).toBe('en');
  expect(world.settings).toMatchObject({ language: 'en', textSize: 'largest' });
});

test('a trial that is not seen shows how to mend it', async () => {
  const { world } = open('/welcome/tell', fresh, ({ world: { forms } }) =>
    forms.set(
      'welcome',
      JSON.stringify({
        choices: [
          {
            clinic: { id: '100', name: 'ГП № 3', address: null },
            specialty: { id: '1', name: 'Терапевт', ferId: null },
            doctors: { kind: 'any' },
          },
        ],
      }),
    ),
  );
  await page.getByRole('button', { name: 'Показать пробное уведомление' }).click();
  await page.getByRole('button', { name: 'Нет' }).click();
  await expect.element(heading('Как включить уведомления')).toBeVisible();
  expect(page.getByRole('navigation').query()).toBeNull();
  await page.getByRole('button', { name: 'Открыть настройки уведомлений' }).click();
  await expect.poll(() => world.calls).toContain('openNotificationSettings');
  await page.getByRole('button', { name: 'Показать пробное уведомление' }).click();
  await page.getByRole('button', { name: 'Да' }).click();
  await expect.element(page.getByText('Хорошо. Так и сообщим о талоне.')).toBeVisible();
  expect(world.calls.filter((call) => call === 'trialNotification')).toHaveLength(2);
  await page.getByRole('link', { name: 'Как сообщить?' }).click();
  await expect.element(page.getByRole('button', { name: 'Готово' })).toBeVisible();
});

test('a notification that stays unseen, and settings that do not open, are said', async () => {
  open('/help/notifications', {}, ({ world }) => {
    world.systemPage = false;
  });
  await page.getByRole('button', { name: 'Открыть настройки уведомлений' }).click();
  await expect.element(page.getByText(/Настройки не открылись сами/)).toBeVisible();
  await page.getByRole('button', { name: 'Показать пробное уведомление' }).click();
  await page.getByRole('button', { name: 'Нет' }).click();
  await expect.element(page.getByText(/держите окно открытым/)).toBeVisible();
  await accessible();
});

test('the practice city, a file and leaving lead home', async () => {
  const { world } = open('/welcome', fresh);
  await page.getByRole('button', { name: 'Попробовать на учебном городе' }).click();
  await expect.element(heading('Жду талон')).toBeVisible();
  await expect.element(page.getByRole('link', { name: /^Настройки/ })).toBeVisible();
  await expect.element(page.getByText('Учебный город — талоны ненастоящие')).toBeVisible();
  expect(world.calls).toContain('enterDemo');
});

test('the practice city is not offered to somebody who is in it', async () => {
  open('/welcome', { ...fresh, demo: true });
  await expect.element(page.getByText('Учебный город — талоны ненастоящие')).toBeVisible();
  await expect
    .element(page.getByRole('button', { name: 'Попробовать на учебном городе' }))
    .not.toBeInTheDocument();
});

test('a settings file is taken at the first run', async () => {
  const { world } = open('/welcome', fresh, (host) => {
    host.world.file = mixedFile();
  });
  await page.getByRole('button', { name: 'У меня есть файл с настройками' }).click();
  await page.getByRole('button', { name: 'Добавить 2 ожидания' }).click();
  await expect.element(heading('Жду талон')).toBeVisible();
  await expect.element(page.getByText('Добавлено 2 ожидания.').first()).toBeVisible();
  expect(world.settings.welcomed).toBe(true);
});
