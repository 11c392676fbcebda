### What is told far from the computer by mail and push, Russian. Titles of slots are those of
### notifications. Dates and times come in as ready text, `$n` and `$watches` are numbers.

letter-heading = { $specialty }
letter-heading-for = { $specialty }. Для: { $nick }
letter-slot = { $when } — { $doctor }
letter-slot-room = { $when } — { $doctor }, каб. { $room }
letter-when-room = { $when }, каб. { $room }
letter-more = и ещё { $n }
letter-place = { $clinic }, { $address }
letter-found = Найдено: { $when }
letter-book = Записаться на сайте
letter-repeat = { $title } (повтор)
letter-repeated = Связь прервалась, и это сообщение могло уже прийти.
letter-hidden = Подробности — в программе на компьютере.
letter-footer = Отправил { -brand } с вашего компьютера. Ответить «Позже» или «Не подходит» можно в программе.
letter-trial-title = Пробное сообщение · { -brand }
letter-trial = Если вы его видите, всё работает: так придёт и сообщение о талонах.

## News of the program itself.

letter-silence-title = Не можем проверить талоны
letter-silence-offline = На компьютере нет интернета.
letter-silence-site = Сайт записи не отвечает.
letter-silence-blocked = Сайт записи отказывает. Похоже, на компьютере включён VPN.
letter-silence-clinic = Система записи не отвечает: { $clinic }.
letter-silence-since = Последняя удачная проверка: { $when }. Ожиданий без проверки: { $watches }.
letter-recovered-title = Снова проверяем талоны
letter-recovered = Перерыв — { $duration }. Снова проверяем с { $time }.
letter-chat-lost-title = Чат Телеграма не принимает сообщения
letter-chat-lost = Бота заблокировали или чат удалён. Подключить его снова можно в настройках программы.
