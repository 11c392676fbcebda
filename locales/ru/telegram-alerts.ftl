### Telegram, Russian: what is said of an alert and of the program. ux.md, section 8.
### `<b>` is Telegram's; variables come in escaped.

tg-alert-found = 🟢 <b>{ $title }</b>
tg-alert-found-repeat = 🟢 <b>{ $title }</b> (повтор)
tg-alert-over = ⚪ <b>{ $title }</b>
tg-alert-nick = Для: { $nick }
tg-alert-slot = • { $when }
tg-alert-slot-doctor = • { $when } — { $doctor }
tg-alert-more = и ещё { $n }
tg-alert-place = { $clinic }, { $address }
tg-alert-seen-at = Найдено в { $time }
# `tg-alert-seen-at` on a later day: `$when` is a day and a time.
tg-alert-seen-on = Найдено: { $when }
tg-alert-taken = Уже разобрали: { $n }
tg-alert-gone = Были доступны { $duration }. Ждём дальше.
tg-alert-started = Время этих талонов прошло.
tg-alert-snoozed = Напомним: { $when }
# `tg-alert-snoozed` within the day.
tg-alert-snoozed-at = Напомним в { $time }
tg-alert-reminded = Напомнили новым сообщением.
tg-alert-answered-seen = Прочитано.
tg-alert-answered-acted = Открыта страница записи.
tg-alert-answered-dismissed = Не подходит: этих талонов больше не покажем.
tg-alert-trial = Пробное сообщение. Если вы его видите, всё работает.

tg-alert-book = Записаться на сайте ↗
tg-alert-later = Позже
tg-alert-dismiss = Не подходит
tg-alert-remove = Больше не ждать

## News of the program itself.

tg-alert-silence = 🔴 <b>Талоны не проверяются</b>
tg-alert-silence-since = Проверить не удаётся с { $time }. Ожиданий: { $watches }.
tg-alert-silence-since-day = Проверить не удаётся: последний раз — { $when }. Ожиданий: { $watches }.
tg-alert-silence-offline = У компьютера нет интернета.
tg-alert-silence-site = Сайт записи не отвечает. Ваши настройки в порядке.
tg-alert-silence-blocked = Похоже, включён VPN. Сайт записи часто не отвечает зарубежным адресам.
tg-alert-silence-clinic = Поликлиника не отвечает: { $name }
tg-alert-recovered = 🟢 <b>Снова проверяем талоны</b>
tg-alert-recovered-gap = Не проверялись { $duration }, до { $time }.
tg-alert-chat-lost = Один из подключённых чатов больше не получает сообщений. Подключить его заново можно в программе: Настройки → Телеграм.
