### What the bot says to commands, links and presses. HTML; names come in escaped.
### Alerts are in telegram-alerts.ftl.

## Linking.

telegram-stranger = Этот чат не подключён. Код показан в программе: Настройки → Телеграм.
telegram-asking = Осталось подтвердить на компьютере.
telegram-linked = Готово, чат подключён. Сюда придёт сообщение, как только появятся талоны. Бот отвечает, только пока компьютер включён и есть интернет.
telegram-refused = На компьютере подключение этого чата отклонили.
telegram-unlinked = Чат отключён. Сообщений о талонах здесь больше не будет.
telegram-stop-ask = Отключить этот чат? Сообщений о талонах здесь больше не будет.

## The menu of commands: at most 256 characters each.

telegram-command-status = Что сейчас
telegram-command-list = Чего ждём
telegram-command-check = Проверить сейчас
telegram-command-on = Снова ждать
telegram-command-off = Не ждать
telegram-command-pause = Остановить все проверки
telegram-command-resume = Продолжить проверки
telegram-command-quiet = Тихий режим
telegram-command-help = Что умеет бот
telegram-command-stop = Отвязать этот чат
telegram-help = Чтобы ждать талон к другому врачу, пришлите ссылку на него с сайта Горздрава.
telegram-unknown = Я понимаю команды из меню. Добавить ожидание можно, прислав ссылку с сайта Горздрава, или в программе на компьютере.

## What is going on.

telegram-counts = Ждём: { $watching }. Есть талоны: { $found }.
telegram-checked = Проверили в { $time }.
telegram-checked-day = Проверили: { $when }.
telegram-unchecked = Ещё не проверяли.
telegram-since = Компьютер включён с { $time }.
telegram-since-day = Компьютер включён: { $when }.
telegram-slept = Был сон { $from }–{ $to }.
telegram-hushed = Тихий режим включён.
telegram-looking = Проверяем ещё раз…
telegram-nearest = Ближайший: { $when }.
telegram-more = и ещё { $n }
telegram-list = Чего ждём:
telegram-nothing = Пока ничего не ждём. Пришлите ссылку с сайта Горздрава или добавьте ожидание в программе на компьютере.
telegram-just-checked = Проверяли только что.

## Watches on and off.

telegram-button-on = № { $n }: ждать
telegram-button-off = № { $n }: пауза
telegram-button-remove = № { $n }: убрать
telegram-all = Все
telegram-off-which = Что больше не проверять?
telegram-on-which = Что проверять снова?
telegram-off-none = И так ничего не проверяем.
telegram-on-none = И так проверяем всё.
telegram-off-done = Не проверяем: { $watch }. Снова ждать: /on
telegram-on-done = Снова ждём: { $watch }.
telegram-off-all = Ничего не проверяем. Снова ждать: /on
telegram-on-all = Снова ждём всё.
telegram-no-such = Ожидания с таким номером нет. Номера показывает /list
telegram-remove-ask =
    Больше не ждать?
    { $watch }
    Точно?
telegram-removed = Больше не ждём: { $watch }. Вернуть можно в программе в течение дня.
telegram-kept = Хорошо, всё остаётся как было.
telegram-yes = Да
telegram-no = Нет

## The pause and the quiet mode.

telegram-pause-which = На сколько остановить проверки?
telegram-pause-hour = 1 час
telegram-pause-morning = До завтра, 8:00
telegram-pause-open = Пока не включу
telegram-paused = { $paused } Продолжить: /resume
telegram-resumed = Проверяем снова.
telegram-not-paused = Паузы нет, проверяем как обычно.
telegram-paused-own = До { $time } не проверяем ничего из того, о чём пишем сюда. Продолжить: /resume
telegram-paused-own-open = Больше не проверяем ничего из того, о чём пишем сюда. Продолжить: /resume
telegram-paused-elsewhere = { $paused } Продолжить можно в программе на компьютере.
telegram-quiet-on = Тихий режим включён: уведомления и сообщения приходят без звука.
telegram-quiet-off = Тихий режим выключен.
telegram-quiet-hours = Тихие часы: с { $from } до { $to }.
telegram-quiet-none = Тихих часов нет.
telegram-quiet-turn-on = Включить
telegram-quiet-turn-off = Выключить
telegram-quiet-elsewhere = Тихий режим переключают в программе на компьютере.

## A link of the booking site.

telegram-offer =
    Ждать талон?
    { $watch }
    { $wish }
telegram-wait = Ждать талон
telegram-added = Ждём: { $watch }. Сообщим, как только появятся талоны.
telegram-known = Этого уже ждём: { $watch }.
telegram-link-bad = Не получилось понять эту ссылку. Скопируйте её на сайте Горздрава целиком и пришлите ещё раз.
telegram-link-incomplete = В этой ссылке не выбран врач или специальность. Откройте на сайте Горздрава список врачей и пришлите ссылку оттуда.
telegram-link-failed = Сайт записи сейчас не отвечает. Пришлите ссылку ещё раз чуть позже.
telegram-link-unfit = Этого ждать не получится. Добавьте ожидание в программе на компьютере.

## Short answers to presses: no HTML.

telegram-stale = Кнопка устарела
telegram-answer-later = Напомню через 15 минут
telegram-answer-dismiss = Эти талоны больше не покажу
telegram-answer-seen = Отмечено
