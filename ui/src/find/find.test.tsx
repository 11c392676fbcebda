import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { CLINICS, doctorsOf, NO_ONLINE, specialtiesOf } from '../ipc/memory/city.ts';
import { draft, place } from '../ipc/memory/fixtures.ts';
import { failure } from '../ipc/memory/memory.ts';
import { accessible, close, open, route } from '../test/app.tsx';

const heading = (name: string) => page.getByRole('heading', { level: 1, name });
const main = page.getByRole('main');
const clinics = page.getByRole('list', { name: 'Поликлиники' });
const specialties = page.getByRole('region', { name: 'Специальности' });
const next = page.getByRole('button', { name: 'Дальше' });

async function choose(clinic = 0, specialty = 0) {
  await clinics.getByRole('button').nth(clinic).click();
  await specialties.getByRole('button').nth(specialty).click();
  await expect.element(heading('К кому именно?')).toBeVisible();
}

test('a watch is made: clinic, specialty, doctors, time, summary', async () => {
  const { host } = open('/find');
  await choose();
  await expect.element(page.getByText(/^Проверили в \d\d:\d\d$/)).toBeVisible();
  await next.click();
  await page.getByText('Утром, до 12:00').click();
  await expect.element(main.getByText('До 12:00.')).toBeVisible();
  await accessible();
  await next.click();
  await expect.element(heading('Чего ждём')).toBeVisible();
  await accessible();
  await page.getByText('Близкому').click();
  await page.getByRole('textbox', { name: 'Как назвать?' }).fill('мама');
  await page.getByRole('button', { name: 'Ждать талон' }).click();
  await expect.element(heading('Жду талон')).toBeVisible();
  await expect.element(page.getByRole('article').getByText(/Для:\sмама/)).toBeVisible();
  const kept = await host.commands.watches();
  expect(kept.status === 'ok' && kept.data[0]?.watch.wish.ranges[0]?.to).toBe('12:00:00');
});

test('search answers while typing, forgives and says the layout it read', async () => {
  open('/find');
  const field = page.getByRole('searchbox');
  await field.fill('9');
  await expect.element(clinics.getByRole('button').first()).toHaveTextContent('№ 9');
  await field.fill('gjkbrkbybrf');
  await expect.element(page.getByText('Показываем результаты для «поликлиника»')).toBeVisible();
  await field.fill('нетакого');
  await expect.element(page.getByText(/Ничего не нашли по запросу «нетакого»/)).toBeVisible();
  await field.fill('');
  await expect
    .element(page.getByText(`${CLINICS.length} поликлиник`, { exact: true }).first())
    .toBeVisible();
});

test('arrows move from the field through the answers', async () => {
  open('/find');
  await expect.element(clinics).toBeVisible();
  await page.getByRole('searchbox').click();
  await userEvent.keyboard('{ArrowDown}');
  await expect.element(clinics.getByRole('button').nth(0)).toHaveFocus();
  await userEvent.keyboard('{ArrowDown}');
  await expect.element(clinics.getByRole('button').nth(1)).toHaveFocus();
  await userEvent.keyboard('{End}');
  await expect.element(clinics.getByRole('button').last()).toHaveFocus();
  await userEvent.keyboard('{Home}');
  await expect.element(clinics.getByRole('button').nth(0)).toHaveFocus();
});

test('all clinics are reached, thirty at first', async () => {
  open('/find');
  await expect.element(clinics).toBeVisible();
  expect(clinics.getByRole('button').all()).toHaveLength(30);
  await page.getByRole('button', { name: 'Показать ещё: 10' }).click();
  await expect.poll(() => clinics.getByRole('button').all().length).toBe(40);
});

test('a district narrows the list and is taken back', async () => {
  open('/find');
  await page.getByRole('button', { name: 'Выбрать район' }).click();
  await page.getByRole('button', { name: 'Озёрный район' }).click();
  await expect.element(page.getByText('10 поликлиник', { exact: true }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Все районы' }).click();
  await expect.element(page.getByText('40 поликлиник', { exact: true }).first()).toBeVisible();
});

test('a pasted link of the booking site is read', async () => {
  open('/find');
  const link = (parts: unknown) =>
    `https://gorzdrav.spb.ru/service-free-schedule#${encodeURIComponent(JSON.stringify(parts))}`;
  const field = page.getByRole('searchbox');
  await field.fill(link([{ district: '1' }, { lpu: '100' }, { speciality: '1' }]));
  await expect.element(page.getByText(/По ссылке нашли: ГП №\s3/)).toBeVisible();
  await page.getByRole('button', { name: 'Выбрать это' }).click();
  await expect.element(heading('К кому именно?')).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await field.fill(link([{ district: '1' }]));
  await expect.element(page.getByText(/В этой ссылке нет поликлиники/)).toBeVisible();
  await field.fill('https://gorzdrav.spb.ru/about');
  await expect.element(page.getByText(/Не узнали ссылку/)).toBeVisible();
});

test('another clinic empties what hung below it; the same one keeps it', async () => {
  const { world } = open('/find');
  await choose();
  await page.getByText('Только к выбранным').click();
  await page.getByRole('checkbox').first().click({ force: true });
  await page.getByRole('button', { name: /^Поликлиника/ }).click();
  await clinics.getByRole('button').nth(0).click();
  await specialties.getByRole('button').nth(0).click();
  await expect.element(page.getByRole('checkbox').first()).toBeChecked();
  await page.getByRole('button', { name: /^Поликлиника/ }).click();
  await clinics.getByRole('button').nth(1).click();
  await expect.element(heading('Какой врач?')).toBeVisible();
  await expect
    .poll(() => JSON.parse(world.forms.get('find') ?? '{}').choices?.[0])
    .toMatchObject({ specialty: null, doctors: { kind: 'any' } });
});

test('«Только к выбранным» asks for at least one doctor', async () => {
  open('/find');
  await choose();
  await page.getByText('Только к выбранным').click();
  await expect.element(next).toBeDisabled();
  await expect.element(page.getByText('Отметьте хотя бы одного врача.')).toBeVisible();
  await page.getByRole('checkbox').first().click({ force: true });
  await expect.element(next).toBeEnabled();
});

test('free slots are offered before anybody waits', async () => {
  const { world } = open('/find');
  await choose();
  await expect.element(page.getByRole('heading', { name: 'Талоны уже есть' })).toBeVisible();
  await page.getByRole('button', { name: 'Записаться' }).click();
  await expect.poll(() => world.opened[0]).toContain('%22speciality%22:');
  await page.getByRole('button', { name: 'Ждать другое время' }).click();
  await expect.element(heading('Когда удобно?')).toBeVisible();
});

test('several clinics make one watch, the same specialty comes first', async () => {
  const { host } = open('/find');
  await choose(0, 2);
  await next.click();
  await next.click();
  await page.getByRole('button', { name: 'Добавить ещё поликлинику' }).click();
  await clinics.getByRole('button').nth(1).click();
  await page.getByRole('list', { name: 'Как в первой поликлинике' }).getByRole('button').click();
  await next.click();
  await expect.element(heading('Чего ждём')).toBeVisible();
  await page.getByRole('button', { name: 'Ждать талон' }).click();
  await expect.element(heading('Жду талон')).toBeVisible();
  const kept = await host.commands.watches();
  expect(kept.status === 'ok' && kept.data[0]?.watch.places.length).toBe(2);
});

test('a clinic without online booking says whom to call', async () => {
  open('/find');
  await page.getByRole('searchbox').fill('24');
  await clinics.getByRole('button', { name: /№ 24/ }).click();
  await expect.element(page.getByText(/Запись через интернет закрыта/)).toBeVisible();
  await expect.element(page.getByText(/или 122/)).toBeVisible();
  await page.getByRole('button', { name: 'Выбрать другую поликлинику' }).click();
  await expect.element(heading('Где искать?')).toBeVisible();
  expect(CLINICS.find(({ id }) => id === NO_ONLINE)?.name).toContain('24');
});

test('a specialty without doctors can still be waited for', async () => {
  const clinic = CLINICS.findIndex(({ id }) => {
    const empty = specialtiesOf(id).find((one) => doctorsOf(id, one.id).length === 0);
    return empty !== undefined;
  });
  open('/find');
  await page.getByRole('searchbox').fill(CLINICS[clinic]?.name ?? '');
  await clinics.getByRole('button').first().click();
  await specialties.getByRole('button', { name: /Ревматолог/ }).click();
  await expect
    .element(page.getByText(/По этой специальности сейчас нет врачей с записью/))
    .toBeVisible();
  await expect.element(next).toBeEnabled();
});

test('what was chosen is there when the window opens again', async () => {
  const { world } = open('/find');
  await choose();
  await expect.poll(() => world.forms.get('find')).toContain('"specialty":{');
  const kept = world.forms.get('find') ?? '';
  const { close } = await import('../test/app.tsx');
  close();
  open('/find', {}, ({ world: { forms } }) => forms.set('find', kept));
  await expect.element(page.getByText(/В прошлый раз вы выбрали: ГП №\s3/)).toBeVisible();
  await page.getByRole('button', { name: 'Продолжить' }).click();
  await expect.element(heading('К кому именно?')).toBeVisible();
  expect(route()).toBe('/find/doctors');
});

test('a list that fails says why and is asked again', async () => {
  const { world } = open('/find', {}, (host) =>
    host.world.fail('specialties', failure('clinicDown')),
  );
  await clinics.getByRole('button').first().click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('Поликлиника не отвечает');
  await page.getByRole('button', { name: 'Повторить' }).click();
  await expect.element(specialties).toBeVisible();
  world.service('offline');
  await specialties.getByRole('button').first().click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('Нет интернета');
});

test('a refused watch keeps everything that was typed', async () => {
  const { world } = open('/find');
  await choose();
  await next.click();
  await next.click();
  world.fail('addWatch', failure('invalid', ['repeatedPlace']));
  await page.getByRole('button', { name: 'Ждать талон' }).click();
  await expect.element(page.getByText(/добавлена дважды/)).toBeVisible();
  await page.getByRole('button', { name: 'Повторить' }).click();
  await expect.element(heading('Жду талон')).toBeVisible();
});

test('own rules: days, times, an error, a second rule', async () => {
  open('/find');
  await choose();
  await next.click();
  await page.getByText('Другое время').click();
  await page.getByRole('button', { name: 'Вт' }).click();
  await page.getByRole('button', { name: 'Чт' }).click();
  await expect.element(main.getByText('По вторникам и четвергам.')).toBeVisible();
  const from = page.getByRole('group', { name: 'С', exact: true });
  await from.getByRole('spinbutton').first().click();
  await userEvent.keyboard('1800');
  await expect.element(main.getByText('По вторникам и четвергам после 18:00.')).toBeVisible();
  await page
    .getByRole('group', { name: 'До', exact: true })
    .getByRole('spinbutton')
    .first()
    .click();
  await userEvent.keyboard('0900');
  await expect.element(page.getByText('Время «до» должно быть позже времени «с».')).toBeVisible();
  await expect.element(next).toBeDisabled();
  expect(main.element().textContent).not.toMatch(/с\s18:00\sдо\s9:00/);
  await page.getByRole('button', { name: 'Добавить промежуток' }).click();
  await page.getByRole('button', { name: 'Удалить' }).first().click();
  await expect.element(main.getByText('С 9:00 до 12:00.')).toBeVisible();
  await expect.element(next).toBeEnabled();
});

test('dates are typed or picked from a calendar', async () => {
  open('/find');
  await choose();
  await next.click();
  await page.getByRole('button', { name: 'Указать даты' }).click();
  await page.getByRole('group', { name: 'Не позже' }).getByRole('spinbutton').first().click();
  const year = new Date().getFullYear() + 1;
  await userEvent.keyboard(`1012${year}`);
  await expect.element(main.getByText(new RegExp(`не позже 10\\sдекабря ${year}`))).toBeVisible();
  await page.getByRole('button', { name: 'Календарь Не раньше' }).click();
  await expect.element(page.getByRole('grid')).toBeVisible();
  await accessible();
  await userEvent.keyboard('{Enter}');
  await expect.element(main.getByText(/не раньше/)).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Календарь Не раньше' })).toHaveFocus();
});

test('clinics that are watched or were chosen lately come first while nothing is typed', async () => {
  open('/find', {}, ({ world }) => void world.add(draft({ places: [place('133', '1')] })));
  const own = page.getByRole('list', { name: 'Вы уже выбирали' });
  await expect.element(own.getByRole('button')).toHaveTextContent(/№ 102/);
  await page.getByRole('searchbox').fill('9');
  await expect.element(own).not.toBeInTheDocument();
  const other = page.getByRole('list', { name: 'Поликлиники' }).getByRole('button').first();
  await other.click();
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('Какой врач?');
  await page.getByRole('button', { name: /Поликлиника ГП № 9/ }).click();
  // Whoever comes back finds what was typed.
  await expect.element(page.getByRole('searchbox')).toHaveValue('9');
  await page.getByRole('searchbox').clear();
  await expect.element(own.getByRole('button').first()).toHaveTextContent(/№ 9/);
  await expect.element(own.getByRole('button').nth(1)).toHaveTextContent(/№ 102/);
});

test('what was kept of clinics chosen lately may be anything', async () => {
  for (const kept of ['{', '{"a":1}', '[7, null, "нет такой"]']) {
    open('/find', {}, ({ world }) => void world.forms.set('recent-clinics', kept));
    await expect
      .element(page.getByRole('list', { name: 'Поликлиники' }).getByRole('button').first())
      .toBeVisible();
    expect(page.getByRole('list', { name: 'Вы уже выбирали' }).query()).toBeNull();
    close();
  }
});

test('a link the program was started with is read at once', async () => {
  const clinic = CLINICS[0];
  const specialty = specialtiesOf(clinic?.id ?? '')[0];
  const fragment = [{ lpu: clinic?.id }, { speciality: specialty?.id }];
  const link = `https://gorzdrav.spb.ru/service-free-schedule#${encodeURIComponent(JSON.stringify(fragment))}`;
  open(`/find?link=${encodeURIComponent(link)}`);
  await expect.element(page.getByText(new RegExp(`${specialty?.name}`)).first()).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Выбрать это' })).toBeVisible();
});

test('letters typed anywhere on the page go to the search, which takes no focus before', async () => {
  open('/find');
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveFocus();
  // The first words are typed in the wrong layout, and that is said.
  await userEvent.keyboard('ug 12');
  await expect.element(page.getByRole('searchbox')).toHaveFocus();
  await expect.element(page.getByRole('searchbox')).toHaveValue('ug 12');
  await expect.element(page.getByText('Показываем результаты для «гп 12»')).toBeVisible();
  await userEvent.keyboard('{Control>}a{/Control}{Delete}');
  await page.getByRole('button', { name: 'Выбрать район' }).click();
  await userEvent.keyboard('7');
  await expect.element(page.getByRole('searchbox')).toHaveValue('7');
});

test('a specialty is found by its everyday name, and one that is not there leads on', async () => {
  const at = CLINICS.slice(0, 30).findIndex(({ id }) => specialtiesOf(id).length > 12);
  open('/find');
  await clinics.getByRole('button').nth(at).click();
  const search = page.getByRole('searchbox');
  await expect.element(specialties).toBeVisible();
  // Typed on the page, in the wrong layout.
  await userEvent.keyboard('ukfp');
  await expect.element(search).toHaveValue('ukfp');
  await expect
    .element(specialties.getByRole('button').first())
    .toHaveTextContent(/Окулист|фтальмолог/);
  await search.fill('ukfpyjq');
  await expect.element(page.getByText(/По запросу «глазной» подходит/)).toBeVisible();
  await search.fill('глазной');
  await expect.element(page.getByText(/По запросу «глазной» подходит/)).toBeVisible();
  await expect
    .element(specialties.getByRole('button').first())
    .toHaveTextContent(/Окулист|фтальмолог/);
  await search.fill('ыыы');
  await page.getByRole('button', { name: 'Показать все специальности' }).click();
  await expect.element(search).toHaveValue('');
  await page.getByRole('button', { name: 'Выбрать другую поликлинику' }).click();
  await expect.element(heading('Где искать?')).toBeVisible();
});

test('text pasted anywhere on the page goes to the search', async () => {
  open('/find');
  await expect.element(heading('Где искать?')).toHaveFocus();
  const clipboardData = new DataTransfer();
  clipboardData.setData('text', ' поликлиника 9 ');
  document.body.dispatchEvent(
    new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
  );
  await expect.element(page.getByRole('searchbox')).toHaveValue('поликлиника 9');
});

test('a specialty is found in the wrong keyboard layout', async () => {
  const at = CLINICS.slice(0, 30).findIndex(({ id }) => specialtiesOf(id).length > 12);
  open('/find');
  await clinics.getByRole('button').nth(at).click();
  await page.getByRole('searchbox').fill('rfhlb');
  await expect.poll(() => specialties.element().textContent).toMatch(/^Кардиолог/);
});
