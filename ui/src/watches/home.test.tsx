import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { WatchState } from '../ipc/host.ts';
import { draft } from '../ipc/memory/fixtures.ts';
import { failure } from '../ipc/memory/memory.ts';
import { close, open, route } from '../test/app.tsx';

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

const STATES: [state: WatchState, tag: string, says: string][] = [
  [{ kind: 'waiting' }, 'Пока нет талонов', 'Ближайший рабочий день врача'],
  [{ kind: 'unchecked' }, 'Сейчас проверим', 'Проверим в ближайшую минуту'],
  [{ kind: 'opened', day: '2031-11-26' }, 'Открыли день', '26 ноября'],
  [
    { kind: 'clinicDown', since: at(-40) },
    'Поликлиника не отвечает',
    'на сайте сейчас то же самое',
  ],
  [{ kind: 'noOnline', phone: '+7 (812) 000-17-59' }, 'Запись через интернет закрыта', '000-17-59'],
  [{ kind: 'noOnline', phone: null }, 'Запись через интернет закрыта', 'Позвоните 122'],
  [
    { kind: 'unbound', lost: [{ place: 0, suggestion: null }] },
    'Врач не найден в списке',
    'Выберите врача заново',
  ],
  [{ kind: 'siteDown' }, 'Сайт записи не отвечает', 'Проверили в'],
  [{ kind: 'blocked' }, 'Похоже, включён VPN', 'Проверили в'],
  [{ kind: 'slowed' }, 'Проверяем реже', 'Проверили в'],
  [{ kind: 'offline' }, 'Нет интернета', 'Проверили в'],
  [{ kind: 'paused', until: null }, 'Пауза', 'Талоны не проверяются'],
  [{ kind: 'paused', until: at(60) }, 'Пауза до', 'Талоны не проверяются'],
  [{ kind: 'expired' }, 'Срок вышел', 'Продлите срок'],
];

for (const [state, tag, says] of STATES)
  test(`a card in the state «${tag}» says so`, async () => {
    open('/watches', {}, ({ world }) => {
      const { id } = world.add(draft());
      world.state(id, state);
    });
    const card = page.getByRole('article');
    await expect.element(card.getByText(tag).first()).toBeVisible();
    await expect.element(card).toHaveTextContent(says);
    expect(card.element().textContent?.includes('Записаться')).toBe(false);
  });

const found = ({ world }: Parameters<NonNullable<Parameters<typeof open>[2]>>[0]) => {
  const { id } = world.add(draft({ nickname: 'мама' }));
  world.release(id, 5);
};

test('a found card offers three slots, the rest and the booking site', async () => {
  const { world } = open('/watches', {}, found);
  const card = page.getByRole('article');
  await expect.element(card.getByText(/Есть талоны: \d+/)).toBeVisible();
  await expect.element(card.getByText(/Для:\sмама/)).toBeVisible();
  await expect.element(card.getByText(/Найдено в \d\d:\d\d/)).toBeVisible();
  expect(
    card.getByRole('list', { name: 'Ближайшие талоны' }).getByRole('button').all(),
  ).toHaveLength(3);
  await card.getByRole('button', { name: 'Записаться' }).click();
  await expect.poll(() => world.opened[0]).toMatch(/^https:\/\/gorzdrav\.spb\.ru\//);
  await expect.poll(() => world.calls).toContain('answer');
});

test('«Не подходит» hides these slots, not the watch', async () => {
  open('/watches', {}, ({ world }) => {
    const { id } = world.add(draft({ wish: { ...draft().wish, notBefore: '2099-01-01' } }));
    world.release(id, 1);
  });
  await expect.element(page.getByText('Пока нет талонов').first()).toBeVisible();
});

test('a dismissed alert takes its slots away', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) => {
    inside.add(draft({ places: [{ ...draft().places[0], clinicId: '101' } as never] }));
  });
  const button = page.getByRole('button', { name: 'Не подходит' });
  await expect.element(button).toBeVisible();
  await button.click();
  await expect.poll(() => world.calls).toContain('answer');
  await expect.element(page.getByText('Пока нет талонов').first()).toBeVisible();
});

test('a stale card says since when', async () => {
  open('/watches', {}, ({ world }) => {
    const { id } = world.add(draft());
    world.state(id, { kind: 'waiting' }, { stale: true });
  });
  await expect.element(page.getByText(/С тех пор проверить не удалось/)).toBeVisible();
});

test('a trouble of all watches is said once, above the list', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) => {
    inside.add(draft());
    inside.add(draft());
    inside.service('offline');
  });
  await expect
    .element(page.getByText('Нет интернета. Продолжим, когда связь появится.'))
    .toBeVisible();
  expect(page.getByText('Продолжим, когда связь появится').all()).toHaveLength(1);
  expect(page.getByRole('article').all()).toHaveLength(2);
  world.service('blocked');
  await expect.element(page.getByText(/Выключите VPN и нажмите «Проверить»/)).toBeVisible();
  world.service('fine');
  await expect.element(page.getByText(/Выключите VPN/)).not.toBeInTheDocument();
});

test('fault 17: a stranger in the place of the service is no missing internet, nor is a stale certificate', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) => {
    inside.add(draft());
    inside.service('impostor');
  });
  await expect.element(page.getByText(/Вместо сайта записи отвечает кто-то другой/)).toBeVisible();
  world.service('badCertificate');
  await expect.element(page.getByText(/верны ли дата и время на компьютере/)).toBeVisible();
  await expect.element(page.getByText('Нет интернета')).not.toBeInTheDocument();
});

test('the status line tells the last and the next check', async () => {
  open('/watches', {}, ({ world }) => world.add(draft()) && undefined);
  await expect
    .element(page.getByText(/Проверили только что, в \d\d:\d\d\. Следующая проверка/))
    .toBeVisible();
});

test('a pause of the program is said and ended', async () => {
  const { world, host } = open('/watches', {}, ({ world: inside }) => void inside.add(draft()));
  await host.commands.pause(null);
  await expect.element(page.getByText('Пауза. Талоны не проверяются.').first()).toBeVisible();
  await page.getByRole('button', { name: 'Продолжить' }).first().click();
  await expect.poll(() => world.calls).toContain('resume');
  await expect.element(page.getByText('Пауза. Талоны не проверяются.')).not.toBeInTheDocument();
});

test('the menu pauses, edits and removes; removal is undone', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) => void inside.add(draft()));
  const menu = page.getByRole('button', { name: 'Ещё', exact: true });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Пауза на 1 час' }).click();
  await expect.element(page.getByText(/^Пауза до/).first()).toBeVisible();
  await page.getByRole('button', { name: 'Продолжить' }).click();
  await expect.element(page.getByText(/^Пауза до/)).not.toBeInTheDocument();

  await menu.click();
  await page.getByRole('menuitem', { name: 'Больше не ждать' }).click();
  await expect.element(page.getByText('Здесь появятся талоны, которых вы ждёте.')).toBeVisible();
  await page.getByRole('button', { name: 'Вернуть' }).click();
  await expect.element(page.getByRole('article')).toBeVisible();
  expect(world.calls).toEqual(
    expect.arrayContaining(['setActivity', 'removeWatch', 'restoreWatch']),
  );

  await menu.click();
  await page.getByRole('menuitem', { name: 'Изменить' }).click();
  await expect
    .element(page.getByRole('tab', { name: 'Настройка' }))
    .toHaveAttribute('aria-selected', 'true');
  expect(route()).toContain('tab=setup');
});

test('an unbound watch takes the offered match with one press', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) => {
    const watch = inside.add(draft());
    inside.state(watch.id, {
      kind: 'unbound',
      lost: [{ place: 0, suggestion: watch.places[0] ?? null }],
    });
  });
  await expect.element(page.getByText(/Похоже, это он/)).toBeVisible();
  await page.getByRole('button', { name: 'Да, это он' }).click();
  await expect.poll(() => world.calls).toContain('updateWatch');
  await expect.element(page.getByText('Врач не найден в списке')).not.toBeInTheDocument();
});

test('the list loads, fails with its code, and is asked again', async () => {
  const { world } = open('/watches', {}, (host) => {
    host.world.fail('watches', failure('storage'), true);
  });
  await expect.element(page.getByRole('alert')).toHaveTextContent('Не получилось прочитать');
  await page.getByText('Подробности').click();
  await expect.element(page.getByText('storage')).toBeVisible();
  const go = world.hold('watches');
  world.mend();
  await page.getByRole('button', { name: 'Повторить' }).click();
  go();
  await expect.element(page.getByText('Здесь появятся талоны, которых вы ждёте.')).toBeVisible();
});

test('while it loads the list keeps its place', async () => {
  let go = () => {};
  open('/watches', {}, ({ world }) => {
    go = world.hold('watches');
  });
  await expect.poll(() => document.querySelector('[aria-busy=true]')).not.toBeNull();
  go();
  await expect.element(page.getByText('Здесь появятся талоны, которых вы ждёте.')).toBeVisible();
});

test('Delete on a title removes the watch, with undo', async () => {
  open('/watches', {}, ({ world: inside }) => void inside.add(draft()));
  await expect.element(page.getByRole('article')).toBeVisible();
  (document.querySelector('article h2 a') as HTMLElement).focus();
  await userEvent.keyboard('{Delete}');
  await expect.element(page.getByRole('button', { name: 'Вернуть' })).toBeVisible();
});

test('a slot found while the window is open is said at once', async () => {
  const { world } = open('/help', {}, ({ world: inside }) => {
    inside.add(draft({ nickname: 'мама' }));
  });
  await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
  world.release(1, 3);
  await expect
    .poll(() => document.querySelector('[aria-live=assertive]')?.textContent)
    .toMatch(/^Есть талоны · .+ Для:\sмама$/);
});

test('a pause of all is told once', async () => {
  const { host } = open('/watches', {}, ({ world: inside }) => {
    inside.add(draft());
    inside.add(draft());
  });
  await host.commands.pause(null);
  await expect.element(page.getByText('Пауза. Талоны не проверяются.')).toBeVisible();
  expect(page.getByText('Пауза. Талоны не проверяются.').all()).toHaveLength(1);
});

test('«Проверить сейчас» looks at everything', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) => void inside.add(draft()));
  await page.getByRole('button', { name: 'Проверить сейчас' }).click();
  await expect.poll(() => world.calls).toContain('checkNow');
});

test('a sleep of the computer is told until it is read', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) =>
    inside.slept('2026-11-20T22:10:00Z', '2026-11-21T04:05:00Z'),
  );
  await expect.element(page.getByText(/В это время талоны не проверялись/)).toBeVisible();
  await page.getByRole('button', { name: 'Понятно' }).click();
  await expect.element(page.getByText(/В это время талоны не проверялись/)).not.toBeInTheDocument();
  expect(world.forms.get('awake')).toBe('2026-11-21T04:05:00Z');
});

test('a disk that takes nothing is told while it lasts', async () => {
  open('/watches', {}, ({ world: inside }) => {
    inside.add(draft());
    inside.unsaved('full');
  });
  await expect.element(page.getByText('Новое не сохраняется')).toBeVisible();
  await expect.element(page.getByText(/На диске нет места\./)).toBeVisible();
});

test('data that was restored is told until it is read', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) =>
    inside.restored('2026-11-21T04:05:00Z', '2025-11-20T04:05:00Z'),
  );
  await expect.element(page.getByText(/Восстановлены из копии: .*20\sноября/)).toBeVisible();
  await page.getByRole('button', { name: 'Понятно' }).click();
  await expect.element(page.getByText(/Восстановлены из копии/)).not.toBeInTheDocument();
  expect(world.forms.get('mended')).toBe('2026-11-21T04:05:00Z');
});

test('quiet hours are told while they hold notifications, by the clock they were set by', async () => {
  const quiet = { on: true, from: '23:00:00', to: '07:30:00', manner: 'hold' } as const;
  const { world } = open('/watches', { settings: { quiet } }, ({ world: inside }) =>
    inside.quietUntil('2026-11-21T04:30:00Z'),
  );
  await expect.element(page.getByText(/Тихие часы до 7:30\. .+ сообщим утром/)).toBeVisible();
  world.quietUntil(null);
  await expect.element(page.getByText(/Тихие часы/)).not.toBeInTheDocument();
});

test('a clinic that books by phone only can be called', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) => {
    const { id } = inside.add(draft());
    inside.state(id, { kind: 'noOnline', phone: '8 (812) 000-17-59' });
  });
  await page.getByRole('button', { name: 'Позвонить' }).click();
  await expect.poll(() => world.opened).toEqual(['tel:+78120001759']);
});

test('a list that cannot be asked again keeps what it knew', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) => void inside.add(draft()));
  await expect.element(page.getByRole('article')).toBeVisible();
  world.fail('watches', failure('storage'), true);
  world.emit({ kind: 'watchesChanged' });
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(page.getByRole('article')).toBeVisible();
});

test('the way to the booking site is said, and in the practice city it stays shut', async () => {
  const { world } = open('/watches', {}, ({ world: inside }) => {
    inside.release(inside.add(draft()).id, 1);
  });
  await page.getByRole('button', { name: 'Записаться' }).first().click();
  await expect.element(page.getByText(/Открываем сайт Горздрава/).first()).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Скопировать ссылку' })).toBeVisible();
  expect(world.opened).toHaveLength(1);
  close();

  const practice = open('/watches', { demo: true }, ({ world: inside }) => {
    inside.release(inside.add(draft()).id, 1);
  });
  await page.getByRole('button', { name: 'Записаться' }).first().click();
  await expect.element(page.getByText(/Это учебный город/).first()).toBeVisible();
  expect(practice.world.opened).toEqual([]);
  expect(practice.world.calls).not.toContain('answer');
});
