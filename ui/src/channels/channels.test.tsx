import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { addEveryState, draft, WAYS } from '../ipc/memory/fixtures.ts';
import { failure, type Memory } from '../ipc/memory/memory.ts';
import { accessible, open, route } from '../test/app.tsx';

const TOKEN = '123456789:AAH4fKq2vXcT9mPz7WdR3bNs8LgYhEuJo';
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const field = (name: string) => page.getByLabelText(name, { exact: true });
const said = (words: string | RegExp) =>
  expect.element(page.getByText(words).first()).toBeVisible();
const ways = (name: string) => (memory: Memory) => WAYS[name]?.(memory);

afterEach(() => vi.useRealTimers());

async function typeToken(token = TOKEN) {
  await field('Токен бота').fill(token);
  await button('Проверить и подключить').click();
}

test('a bot is made, a chat is linked and tried: three steps', async () => {
  const { world } = open('/settings/telegram');
  await said('Не подключено.');
  await said('Шаг 1 из 3. Создайте бота');
  await said('https://t.me/BotFather');
  await said('/newbot');
  await typeToken();
  await said('Шаг 2 из 3. Подключите чат');
  await expect.element(page.getByRole('img', { name: 'QR-код со ссылкой на бота' })).toBeVisible();
  await said(/^Код действует до \d\d:\d\d/);
  // The step has changed under the person: the focus is at its beginning.
  expect(document.activeElement?.textContent).toContain('Шаг 2');

  world.ways.knock('Мария');
  await said('Подключить чат «Мария»?');
  await accessible();
  await button('Подключить').click();
  await said('Шаг 3 из 3. Отправьте проверку');
  await button('Отправить проверку').click();
  await said('Дошло.');
  await said(/^Работает, \d\d:\d\d$/);
  expect(world.ways.channels.telegram.chats.map(({ title, state }) => [title, state])).toEqual([
    ['Мария', 'linked'],
  ]);
});

test('fault 70: a token is masked until it is shown, and keeps no trace', async () => {
  const { world } = open('/settings/telegram');
  await field('Токен бота').fill(TOKEN);
  const input = () => field('Токен бота').element() as HTMLInputElement;
  expect(input().type).toBe('password');
  await button('Показать: Токен бота').click();
  expect(input().type).toBe('text');
  await button('Скрыть: Токен бота').click();
  expect(input().type).toBe('password');
  await button('Проверить и подключить').click();
  await said('Шаг 2 из 3. Подключите чат');
  expect(document.body.innerHTML).not.toContain(TOKEN);
  expect(JSON.stringify([...world.forms])).not.toContain(TOKEN);
});

test('a token that is none, refused or cannot be asked about is said in words', async () => {
  const { world } = open('/settings/telegram');
  await typeToken('12345');
  await said(/Это не токен\./);
  await expect.element(field('Токен бота')).toHaveFocus();
  world.fail('setTelegramToken', failure('tokenRefused'));
  await typeToken();
  await said(/Телеграм не знает такого токена/);
  world.fail('setTelegramToken', failure('unreachable'));
  await typeToken();
  await said(/Телеграм недоступен\. Проверьте интернет\./);
  // What was typed is not lost.
  await expect.element(field('Токен бота')).toHaveValue(TOKEN);
});

test('a chat that is not the person’s is refused', async () => {
  const { world } = open('/settings/telegram', {}, ways('asking'));
  await button('Нет').click();
  await expect.poll(() => world.ways.channels.telegram.chats).toEqual([]);
  await expect.element(button('Новый код')).toBeVisible();
});

test('a code that is over is said to be, and a new one is shown when asked for', async () => {
  const { world } = open('/settings/telegram', {}, ways('linking'));
  await said(/^Код действует до/);
  const { link } = world.ways.channels.telegram;
  if (link === null) throw new Error('no code');
  link.until = new Date(Date.now() - 1_000).toISOString();
  world.emit({ kind: 'channelsChanged' });
  await said('Код больше не действует.');
  const before = world.calls.filter((call) => call === 'newChatLink').length;
  await button('Новый код').click();
  await said(/^Код действует до/);
  expect(world.calls.filter((call) => call === 'newChatLink').length).toBe(before + 1);
});

test('each chat hears of what was chosen for it, until it is unlinked', async () => {
  let father = 0;
  const { world } = open('/settings/telegram', {}, (host) => {
    host.world.add(draft({ nickname: 'мама' }));
    father = host.world.add(draft({ nickname: 'папа' })).id;
    host.world.ways.bot({ title: 'Мария' });
  });
  const chat = () => world.ways.channels.telegram.chats[0];
  await page.getByText('Только о выбранных').click();
  await said(/Ничего не выбрано/);
  await page.getByText(/Для:\sпапа/).click();
  await expect.poll(() => chat()?.watches).toEqual({ kind: 'only', watches: [father] });
  await page.getByText('Обо всех ожиданиях').click();
  await expect.poll(() => chat()?.watches).toEqual({ kind: 'all' });

  await button('Отключить: Мария').click();
  const dialog = page.getByRole('alertdialog');
  await expect.element(dialog.getByText('Отключить чат «Мария»?')).toBeVisible();
  await dialog.getByRole('button', { name: 'Отключить' }).click();
  await expect.poll(chat).toBeUndefined();
  await said('Чат отключён.');
});

test('another chat is linked beside the first', async () => {
  const { world } = open('/settings/telegram', {}, (host) =>
    host.world.ways.bot({ title: 'Мария' }),
  );
  await button('Подключить ещё один чат').click();
  await said(/^Код действует до/);
  world.ways.knock('Семья', true);
  await said('Подключить группу «Семья»?');
  await button('Подключить').click();
  await expect.element(page.getByRole('heading', { level: 3, name: 'Семья' })).toBeVisible();
  await expect.element(button('Подключить ещё один чат')).toBeVisible();
});

for (const [state, words] of [
  ['unreachable', /^Телеграм недоступен\. Сообщения сохранены: 3\./],
  ['busy', 'Не доставлено: 3. Пробуем ещё.'],
  ['token', 'Токен не принят'],
  ['conflict', 'Этого бота читает другая программа'],
  ['lost', 'Токен бота нужно ввести ещё раз'],
] as const)
  test(`how Telegram does is said: ${state}`, async () => {
    open('/settings/telegram', {}, ways(state));
    await said(words);
  });

test('a chat that takes no messages is told about, and what to do', async () => {
  open('/settings/telegram', {}, ways('working'));
  await said('Не принимает сообщения');
  await said(/«Запустить» \(Start\) или «Разблокировать»/);
});

test('Telegram is switched off and on, and forgotten', async () => {
  const { world } = open('/settings/telegram', {}, ways('working'));
  await page.getByText('Писать в Телеграм').click();
  await said('Выключено: сюда не пишем.');
  expect(world.settings.telegram).toBe(false);
  await page.getByText('Писать в Телеграм').click();
  await said(/^Работает/);
  await button('Забыть бота').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Забыть бота' }).click();
  await said('Бот забыт.');
  await said(/Создайте бота/);
  expect(world.ways.channels.telegram.bot).toBeNull();
});

test('a proxy of Telegram’s own is set and removed, its address never shown again', async () => {
  const { world } = open('/settings/telegram');
  await page.getByText('Указать прокси').click();
  await field('Прокси для Телеграма').fill('адрес');
  await button('Сохранить').click();
  await said(/Это не адрес прокси/);
  await field('Прокси для Телеграма').fill('socks5://user:word@127.0.0.1:1080');
  await button('Сохранить').click();
  await said('Прокси задан. Адрес скрыт.');
  expect(document.body.innerHTML).not.toContain('user:word');
  await button('Не использовать прокси').click();
  await expect.poll(() => world.ways.channels.telegram.proxy).toBe(false);
});

test('without a key store the person chooses a passphrase, and the token is kept then', async () => {
  const { world } = open('/settings/telegram', {}, ways('undecided'));
  await typeToken();
  const dialog = page.getByRole('dialog');
  await expect.element(dialog.getByText(/нет хранилища паролей/)).toBeVisible();
  await expect.element(dialog.getByText(/Забытую фразу восстановить нельзя/)).toBeVisible();
  await accessible(['aria-hidden-focus', 'region']);
  const keep = dialog.getByRole('button', { name: 'Хранить под фразой' });
  await field('Фраза').fill('коротко');
  await keep.click();
  await said('Нужно хотя бы 8 знаков.');
  await field('Фраза').fill('синий трамвай');
  await field('Фраза ещё раз').fill('синий троллейбус');
  await keep.click();
  await said(/Фразы не совпадают/);
  await field('Фраза ещё раз').fill('синий трамвай');
  await keep.click();
  await said('Шаг 2 из 3. Подключите чат');
  expect(world.ways.channels.keyStore).toBe('sealed');
});

test('without a key store it may be asked for at each start, or the store tried again', async () => {
  const { world } = open('/settings/telegram', {}, ways('undecided'));
  await typeToken();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Попробовать ещё раз' }).click();
  await expect.element(dialog.getByText(/Хранилище паролей не ответило/)).toBeVisible();
  await dialog.getByText('Спрашивать при каждом запуске').click();
  await dialog.getByRole('button', { name: 'Спрашивать при каждом запуске' }).click();
  await said('Шаг 2 из 3. Подключите чат');
  expect(world.ways.channels.keyStore).toBe('memory');
  await said(/не хранятся: спросим при следующем запуске/);
});

test('the question where to keep a token may be left without losing it', async () => {
  open('/settings/telegram', {}, ways('undecided'));
  await typeToken();
  await expect.element(page.getByRole('dialog')).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  await expect.element(field('Токен бота')).toHaveValue(TOKEN);
});

for (const at of ['/watches', '/settings/telegram'])
  test(`a sealed file is opened with its passphrase: ${at}`, async () => {
    const { world } = open(at, {}, ways('locked'));
    await said('Введите фразу, чтобы работали Телеграм и почта');
    await field('Фраза').fill('синий троллейбус');
    await button('Открыть').click();
    await said(/Фраза не подошла/);
    await field('Фраза').fill('синий трамвай');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => world.ways.channels.keyStore).toBe('sealed');
    await expect.element(field('Фраза')).not.toBeInTheDocument();
  });

test('a forgotten passphrase is gone on without, and the token is asked for again', async () => {
  const { world } = open('/settings/telegram', {}, ways('locked'));
  await button('Продолжить без фразы').click();
  await said('Токен бота нужно ввести ещё раз');
  await field('Токен бота ещё раз').fill(TOKEN);
  await button('Проверить и подключить').click();
  await said(/^Работает/);
  expect(world.ways.channels.keyStore).toBe('memory');
});

test('at home a token that has to be given again is asked for', async () => {
  open('/watches', {}, ways('lost'));
  await said('Токен бота нужно ввести ещё раз');
  await page.getByRole('link', { name: 'Открыть настройки' }).click();
  await expect.poll(route).toBe('/settings/telegram');
  await expect.element(field('Токен бота ещё раз')).toBeVisible();
});

test('a mailbox is set up with an address and an app password, and tried', async () => {
  const { world } = open('/settings/mail');
  await page.getByRole('combobox').selectOptions('Mail.ru');
  await said(/smtp\.mail\.ru, порт 465/);
  await said(/Обычный пароль не подойдёт/);
  await field('Ваш адрес').fill('ivanova');
  await button('Сохранить').click();
  await said(/Проверьте адрес: он похож на/);
  await field('Ваш адрес').fill('ivanova@mail.ru');
  await button('Сохранить').click();
  await said(/Введите пароль/);
  await field('Пароль приложения').fill('abcd efgh');
  await button('Сохранить').click();
  await expect
    .element(page.getByRole('status').filter({ hasText: 'Сохранено. Отправьте пробное письмо.' }))
    .toBeVisible();
  expect(world.ways.channels.mail.settings).toEqual({
    on: true,
    server: 'smtp.mail.ru',
    port: 465,
    security: 'tls',
    login: 'ivanova@mail.ru',
    from: '',
    to: 'ivanova@mail.ru',
  });
  await button('Отправить пробное письмо').click();
  await said('Дошло.');
  // Off without the password, which is kept.
  await page.getByText('Отправлять письма').click();
  await said('Выключено: сюда не пишем.');
  await button('Забыть почту').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Забыть почту' }).click();
  await said('Почта забыта.');
  expect(world.ways.channels.mail.hasPassword).toBe(false);
});

test('what is typed about a mailbox is there again, its password is not', async () => {
  const { world } = open('/settings/mail');
  await field('Ваш адрес').fill('ivanova@yandex.ru');
  await field('Пароль приложения').fill('abcd efgh');
  await page.getByRole('link', { name: 'Телеграм' }).click();
  await said('Не подключено.');
  await page.getByRole('link', { name: 'Почта' }).click();
  await expect.element(field('Ваш адрес')).toHaveValue('ivanova@yandex.ru');
  await expect.element(field('Пароль приложения')).toHaveValue('');
  expect(JSON.stringify([...world.forms])).not.toContain('abcd');
});

test('any other mail server is filled in by hand', async () => {
  const { world } = open('/settings/mail');
  await page.getByRole('combobox').selectOptions('Другая');
  await field('Сервер исходящей почты').fill('это не сервер');
  await field('Порт').fill('587');
  await page.getByText(/^STARTTLS/).click();
  await field('Логин').fill('ivanova');
  await field('Пароль').fill('слово');
  await field('Кому писать').fill('mama@example.org');
  await field('Адрес отправителя').fill('talon@example.org');
  await button('Сохранить').click();
  await said('Проверьте сервер и порт.');
  await field('Сервер исходящей почты').fill('smtp.example.org');
  await button('Сохранить').click();
  await said('Сохранено. Отправьте пробное письмо.');
  expect(world.ways.channels.mail.settings).toMatchObject({
    server: 'smtp.example.org',
    port: 587,
    security: 'startTls',
    login: 'ivanova',
    to: 'mama@example.org',
  });
});

test('an ntfy topic is set up, and only its host is shown afterwards', async () => {
  const { world } = open('/settings/push');
  await field('Адрес').fill('ntfy.sh');
  await button('Сохранить').click();
  await said(/Адрес не подходит/);
  await field('Адрес').fill('https://ntfy.sh/secret-topic');
  await button('Сохранить').click();
  await said(/Сейчас: ntfy\.sh/);
  expect(document.body.innerHTML).not.toContain('secret-topic');
  await button('Отправить проверку').click();
  await said('Дошло.');
  await button('Забыть адрес').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Забыть адрес' }).click();
  await expect.poll(() => world.ways.channels.push.host).toBeNull();
});

test('all channels are tried at once, each with what to do', async () => {
  open('/settings/notifications', {}, ways('unreachable'));
  await button('Проверить, что оповещения дойдут').click();
  await said('Показали в углу экрана.');
  await said('Телеграм: Мария');
  await said(/Телеграм не открывается/);
  await said(/Нужен «пароль приложения»/);
  await said(/Дошло не всеми способами/);
  await accessible();
});

test('the palette tries all channels, once', async () => {
  const { world } = open('/watches', {}, addEveryState);
  await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
  await userEvent.keyboard('{Control>}k{/Control}');
  await expect.element(page.getByRole('searchbox')).toHaveFocus();
  await userEvent.keyboard('оповещения');
  await userEvent.keyboard('{Enter}');
  await said('Показали в углу экрана.');
  await said(/Пока вы узнаете о талоне только у этого компьютера/);
  expect(world.calls.filter((call) => call === 'tryChannels')).toHaveLength(1);
  await expect.poll(route).toBe('/settings/notifications');
});

for (const section of ['telegram', 'mail', 'push', 'notifications'])
  test(`in the practice city nothing is sent out: ${section}`, async () => {
    open(`/settings/${section}`, { demo: true });
    await said('В учебном городе наружу ничего не отправляется');
    for (const label of ['Токен бота', 'Ваш адрес', 'Адрес'])
      expect(page.getByLabelText(label, { exact: true }).query()).toBeNull();
    expect(button('Проверить, что оповещения дойдут').query()).toBeNull();
  });

test('a watch tells in turn or everywhere at once, saved with the press', async () => {
  const { world } = open('/watches/1?tab=setup', {}, (host) => host.world.add(draft()));
  await said(/Сейчас сообщаем только на экране/);
  await page.getByText('Сразу везде').click();
  await expect.element(page.getByRole('radio', { name: /Сразу везде/ })).toBeChecked();
  await expect.poll(() => world.calls).toContain('updateWatch');
  await page.getByRole('link', { name: 'Подключить' }).click();
  await expect.poll(route).toBe('/settings/telegram');
});

test('quiet mode is set in the settings and ended at home', async () => {
  const { world } = open('/settings/notifications');
  await page.getByText('Тихий режим').click();
  await expect.poll(() => world.settings.hushed).toBe(true);
  await userEvent.keyboard('{Control>}1{/Control}');
  await said('Тихий режим: звука нет.');
  await button('Включить звук').click();
  await expect.poll(() => world.settings.hushed).toBe(false);
});

test('a long silence is told at home, unless its cause is told already', async () => {
  const { world } = open('/watches', {}, (host) => {
    host.world.add(draft());
    host.world.silent(new Date(Date.now() - 3_600_000).toISOString());
  });
  await said(/^Не можем проверить талоны с /);
  world.service('offline');
  await said(/^Нет интернета/);
  await expect.element(page.getByText(/^Не можем проверить талоны с /)).not.toBeInTheDocument();
});
