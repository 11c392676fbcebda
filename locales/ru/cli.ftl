### talonctl, Russian: help, tables, sentences.
### `$id`, `$code` and counts that choose no form come as text; dates, times and durations as ready text.

## Help. `cli-help-COMMAND`, `cli-arg-OPTION`, `cli-arg-COMMAND-OPTION`; read by help.rs.

cli-heading-usage = Использование:
cli-heading-commands = Команды
cli-heading-options = Параметры
cli-heading-common = Для любой команды
cli-heading-arguments = Аргументы
cli-help = talonctl — { -brand } без окна: ждёт талон к врачу и сообщает, как только он появится
cli-help-districts = Районы города
cli-help-clinics = Поликлиники: все, одного района или по номеру, названию, улице
cli-help-specialties = Специальности поликлиники
cli-help-doctors = Врачи специальности
cli-help-slots = Свободные талоны врача
cli-help-watch = Ожидания: добавить, показать, включить, выключить, удалить
cli-help-watch-add = Ждать талон: по номерам поликлиники и специальности или по ссылке
cli-help-watch-list = Все ожидания
cli-help-watch-show = Одно ожидание со всем, что о нём известно
cli-help-watch-on = Ждать дальше
cli-help-watch-off = Перестать ждать, но не удалять
cli-help-watch-remove = Удалить ожидание
cli-help-status = Строка на ожидание: состояние, когда проверено, талоны сейчас
cli-help-check = Проверить сейчас
cli-help-run = Проверять и сообщать, пока не остановят
cli-help-history = Какие талоны были и сколько продержались
cli-help-export = Сохранить ожидания и настройки в файл
cli-help-import = Добавить ожидания и настройки из файла
cli-help-channels = Способы сообщать: строка на каждый
cli-help-telegram = Телеграм: свой бот, его чаты, путь к нему
cli-help-telegram-token = Взять токен бота из стандартного ввода
cli-help-telegram-link = Подключить чат: показать ссылку и дождаться, пока её откроют
cli-help-telegram-chats = Чаты
cli-help-telegram-unlink = Отключить чат
cli-help-telegram-way = Путь к Телеграму: прокси, адрес Bot API
cli-help-telegram-forget = Забыть бота, чаты и токен
cli-help-mail = Почта: письма со своего ящика
cli-help-mail-set = Настроить почту; пароль — из стандартного ввода
cli-help-mail-off = Писем не слать, настройки оставить
cli-help-mail-forget = Забыть сервер и пароль
cli-help-push = Push: ntfy или вебхук
cli-help-push-set = Настроить: адрес и токен, если он есть, — из стандартного ввода, по строке
cli-help-push-forget = Забыть адрес и токен
cli-help-try = Послать пробное сообщение всеми способами
cli-help-doctor = Проверить сеть, сайт, часы, базу данных и каналы
cli-help-simulate = Открыть учебный город на этом компьютере
cli-arg-data-dir = Где хранить данные (обычно — там же, где { -brand } с окном)
cli-arg-api-base = Какой сервис спрашивать вместо настоящего
cli-arg-lang = Язык: ru или en (обычно — язык системы)
cli-arg-budget = Запросов в час; для настоящего сервиса не больше 720
cli-arg-passphrase-file = Файл с фразой, под которой хранятся токены и пароли, если в системе нет хранилища: берётся первая строка. Сам находится $CREDENTIALS_DIRECTORY/talonchik-passphrase (systemd: LoadCredential=talonchik-passphrase:ФАЙЛ)
cli-arg-json = Отвечать в JSON: один документ или строка на событие
cli-arg-verbose = Писать журнал в поток ошибок; -vv — подробнее
cli-arg-help = Показать справку
cli-arg-version = Показать версию
cli-arg-district = Только этого района
cli-arg-search = Номер, название, улица или район
cli-arg-clinic = Номер поликлиники: talonctl clinics
cli-arg-specialty = Номер специальности: talonctl specialties
cli-arg-doctor = Номер врача: talonctl doctors
cli-arg-watch-add-doctor = Кто из врачей подходит; можно несколько раз; без него — любой
cli-arg-link = Ссылка с сайта gorzdrav.spb.ru вместо номеров
cli-arg-days = Дни недели: mon,tue,wed,thu,fri,sat,sun
cli-arg-from = Не раньше этого времени
cli-arg-to = Раньше этого времени
cli-arg-not-before = Первый подходящий день: 2026-11-24
cli-arg-not-after = Последний подходящий день: 2026-11-24
cli-arg-notice = Сколько нужно на дорогу: 30m, 2h, 1d
cli-arg-nickname = Для кого: мама
cli-arg-id = Номер ожидания: talonctl watch list
cli-arg-check-id = Только это ожидание
cli-arg-limit = Остановиться через: 90s, 10m, 2h
cli-arg-watch = Номер ожидания: talonctl watch list
cli-arg-history-trace = Строки JSON для сравнения способов проверки; без --watch — по всем ожиданиям
cli-arg-file = Файл; «-» — стандартный ввод или вывод
cli-arg-yes = Не спрашивать: подключить чат, который откроет ссылку
cli-arg-telegram-unlink-id = Номер чата: talonctl telegram chats
cli-arg-proxy-from-stdin = Взять адрес прокси из стандартного ввода; пустая строка — без прокси
cli-arg-api = Адрес Bot API; default — адрес Телеграма
cli-arg-server = Сервер почты: smtp.yandex.ru
cli-arg-mail-set-port = Его порт: 465, 587
cli-arg-security = Защита соединения: tls или starttls
cli-arg-login = Логин: обычно адрес ящика
cli-arg-mail-set-from = От кого; обычно — логин
cli-arg-mail-set-to = Кому писать
cli-arg-kind = Что это: ntfy или webhook
cli-arg-seed = Какой город: одно число — один и тот же (обычно 1)
cli-arg-speed = Во сколько раз быстрее идут его часы (обычно 1)
cli-arg-port = Порт; 0 — любой свободный (обычно 0)
cli-arg-world = Как появляются талоны: lively, quiet, S0, S1, S2, S3, S4 (обычно lively)
cli-arg-fault = Что сломать: например code-602, html-502, latency-5; можно несколько раз

## Wrong usage.

cli-usage-help = Справка: talonctl --help
cli-usage-unknown = Параметра «{ $argument }» нет.
cli-usage-command = Команды «{ $name }» нет.
cli-usage-missing = Не указано: { $arguments }.
cli-usage-subcommand = Не указана команда.
cli-usage-conflict = Вместе не бывают: { $argument } и { $other }.
cli-usage-no-value = Нет значения у { $argument }.
cli-usage-value = Не подходит «{ $value }» для { $argument }: { $expected }.
cli-expected-one-of = подойдёт одно из: { $values }
cli-expected-number = нужно число
cli-expected-duration = нужна длительность, например 90s, 30m, 2h, 1d
cli-expected-day = нужны дни недели: mon,tue,wed,thu,fri,sat,sun
cli-expected-date = нужна дата, например 2026-11-24
cli-expected-time = нужно время, например 17:00
cli-expected-url = нужен адрес, который начинается с http:// или https://
cli-expected-api = нужен адрес, который начинается с http:// или https://, либо default
cli-expected-id = нужен номер
cli-expected-speed = нужно число больше нуля
cli-expected-world = подойдёт одно из: lively, quiet, S0, S1, S2, S3, S4
cli-expected-fault = подойдёт одно из: { $names }

## Why a command failed.

cli-error-budget = Для настоящего сервиса можно не больше { $ceiling } запросов в час: уменьшите --budget.
cli-error-home = Система не сообщает папку для данных: укажите --data-dir.
cli-error-output = Не удалось вывести ответ: { $why }.
cli-error-input = Не получилось прочитать ввод: { $why }.
cli-error-file = Не удалось прочитать или записать файл { $file }: { $why }.
cli-error-port = Не удалось занять порт { $port }: { $why }.
cli-error-runtime = Не удалось запуститься: { $why }.
cli-error-database = Не удалось прочитать или записать данные: { $why }.
cli-error-secrets = Пароли недоступны: { $why }
cli-secrets-locked = Токены и пароли закрыты: укажите файл с фразой в --passphrase-file.
cli-secrets-undecided = В системе нет хранилища паролей: придумайте фразу и укажите файл с ней в --passphrase-file.
cli-secrets-wrong = Фраза не подошла: токены и пароли остались закрыты.
cli-secrets-damaged = Файл с токенами и паролями повреждён.
cli-secrets-newer = Файл с токенами и паролями записан более новой версией программы «{ -brand }»: установите её.
cli-error-channel = Не получилось: { $why }.
cli-error-offline = Нет интернета: проверить не удалось.
cli-error-blocked = Сайт записи отказывает этому адресу: похоже, включён VPN.
cli-error-refused = Сервис { $service } не принимает соединение: запущен ли он?
cli-error-slowed = Сайт записи попросил делать паузы: повторите позже.
cli-error-clinic = Поликлиника не отвечает: её система записи недоступна (код { $code }).
cli-error-site = Сайт записи не отвечает: повторите позже.
cli-start-in-use = С этими данными уже работает другая программа — окно { -brand } или talonctl: закройте её или укажите другую папку ({ $folder }).
cli-start-newer = Данные записала более новая версия { -brand }: установите её ({ $folder }).
cli-start-folder = Не удалось открыть папку данных { $folder }: { $why }.
cli-start-database = Не удалось открыть базу данных в { $folder }: { $why }.
cli-start-client = Не удалось подготовить соединение: { $why }.
cli-no-clinic = Такой поликлиники нет: номера показывает talonctl clinics.
cli-no-specialty = Такой специальности в этой поликлинике нет: номера показывает talonctl specialties.
cli-no-watch = Такого ожидания нет: номера показывает talonctl watch list.
cli-no-bot = Бота ещё нет: дайте его токен команде talonctl telegram token
cli-no-chat = Такого чата нет: номера показывает talonctl telegram chats
cli-no-district = Такого района нет: номера показывает talonctl districts.
cli-no-such = Такого нет.
cli-bad-link = Это не ссылка на запись к врачу с сайта gorzdrav.spb.ru.
cli-problem-place = Не указаны поликлиника и специальность: ссылка должна вести хотя бы до специальности.
cli-problem-places = Слишком много поликлиник: можно не больше 20.
cli-problem-repeated = Одна и та же специальность одной поликлиники указана дважды.
cli-problem-id = Номер пуст или слишком длинный.
cli-problem-doctors = Врачей должно быть от 1 до 100.
cli-problem-nickname = Имя в --for длиннее 40 знаков.
cli-problem-range = Время «от» должно быть раньше времени «до».
cli-problem-rules = Слишком много правил времени.
cli-problem-dates = Первый день позже последнего.
cli-problem-past = Последний день уже прошёл.
cli-problem-notice = На дорогу можно отвести не больше 60 дней.
cli-problem-long = Слишком длинный текст.
cli-problem-file = Это не файл с ожиданиями { -brand }.
cli-problem-budget = Запросов в час должно быть от 30 до 720.
cli-problem-token = Это не токен бота: он похож на 123456789:AAH4f… Скопируйте его из сообщения BotFather целиком.
cli-problem-proxy = Это не адрес прокси: он начинается с http:// или socks5://
cli-problem-address = Адрес не подходит: он начинается с https:// и введён целиком?
cli-problem-server = Проверьте сервер почты и порт.
cli-problem-mail-address = Проверьте адрес: он похож на ivanova@yandex.ru
cli-problem-password = Нужен пароль: для этого сервера и логина его ещё нет.
cli-problem-passphrase = Фраза слишком короткая: нужно хотя бы 8 знаков.

## Tables.

cli-id = №
cli-district = Район
cli-clinic = Поликлиника
cli-address = Адрес
cli-specialty = Специальность
cli-doctor = Врач
cli-note = Примечание
cli-free = Свободно
cli-soonest = Ближайший
cli-when = Когда
cli-room = Кабинет
cli-seen = Замечен
cli-lasted = Продержался
cli-watch = Ожидание
cli-for = Для кого
cli-wish = Когда удобно
cli-state = Состояние
cli-checked = Проверено
cli-slots-now = Талоны
cli-as-of = Данные на { $when } ({ $age } назад).
cli-stale = { $when } (устарело)
cli-slots-soonest = { $slots }, ближайший { $when }
cli-slot-room = { $when }, каб. { $room }
cli-lasts = на { $when } ещё был
cli-more-places = { $name } и ещё { $n ->
    [one] { $n } место
    [few] { $n } места
   *[many] { $n } мест
}

## Answers.

cli-read-as = Искали «{ $text }»: похоже, была включена другая раскладка.
cli-not-found = Ничего не нашли по запросу «{ $q }»: попробуйте номер, улицу или район.
cli-no-clinics = В этом районе нет поликлиник с записью.
cli-no-online = Запись через интернет закрыта. Позвоните: { $phone } или 122.
cli-no-online-no-phone = Запись через интернет закрыта. Позвоните 122.
cli-no-slots = Свободных талонов нет.
cli-slots-old = Проверить сейчас не удалось: показаны данные на { $when }.
cli-no-watches = Ожиданий нет. Добавить: talonctl watch add --clinic ID --specialty ID
cli-no-history = Талонов ещё не было.
cli-unchecked = Ещё не проверяли.
cli-slots = Подходят:
cli-others = Не подходят по времени:
cli-show-for = Для: { $nick }
cli-doctors-any = Любой врач
cli-doctors-only = Врачи: { $names }
cli-doctors-except = Любой врач, кроме: { $names }
cli-stranger = Врача { $id } сейчас нет в списке; будем ждать, но проверьте номер.
cli-watch-added = Ожидание { $id }: { $name }. { $wish } Проверить сейчас: talonctl check { $id }; ждать: talonctl run
cli-watch-on = Ожидание { $id } включено: { $name }.
cli-watch-off = Ожидание { $id } выключено: { $name }.
cli-watch-removed = Ожидание { $id } удалено: { $name }.
cli-exported = Сохранено в { $file }: { $watches ->
    [one] { $watches } ожидание
    [few] { $watches } ожидания
   *[many] { $watches } ожиданий
} и настройки.
cli-imported = Добавлено ожиданий: { $watches }. Уже были или не подошли: { $skipped }.
cli-check-paused = Ожидание { $id } на паузе. Включить: talonctl watch on { $id }
cli-check-expired = Срок ожидания { $id } вышел: проверять нечего.
cli-check-failed = Проверить удалось не всё: { $why } ({ $clinics ->
    [one] { $clinics } поликлиника
    [few] { $clinics } поликлиники
   *[many] { $clinics } поликлиник
}).
cli-simulating = Учебный город открыт: { $base }
    Смотреть: talonctl --api-base { $base } --data-dir ПАПКА --budget 100000 clinics
    Закрыть: Ctrl+C

## Channels.

cli-channel = Способ
cli-channel-waiting = Ждёт
cli-channel-where = Куда
cli-channel-no-chats = @{ $bot }: чатов нет
cli-channel-off = выключен
cli-channel-locked = токен или пароль закрыт
cli-channel-ready = настроен
cli-channel-works = работает, { $when }
cli-channel-failing = не работает с { $since }: { $why }
cli-key-store-system = в хранилище системы
cli-key-store-sealed = в файле под фразой, открыт
cli-key-store-locked = в файле под фразой, закрыт
cli-key-store-memory = до конца работы
cli-key-store-none = хранилища нет
cli-key-store-refused = хранилище закрыто
cli-untold-over = говорить уже не о чем
cli-untold-off = выключено
cli-untold-quiet = сейчас тихие часы
cli-untold-starting = ещё запускается
cli-untold-absent = принять некому
cli-untold-silent = ответа не было
cli-untold-refused = сообщение не приняли
cli-untold-ladder = сначала ждём ответа на экране
cli-untold-unreachable = нет связи
cli-untold-busy = просят подождать
cli-untold-token = токен или пароль не принят
cli-untold-blocked = адресат не принимает сообщений
cli-untold-locked = токен или пароль закрыт
cli-untold-conflict = бота читает другая программа
cli-ask-passphrase = Фраза от токенов и паролей
cli-ask-new-passphrase = Придумайте фразу для токенов и паролей
cli-ask-token = Токен бота
cli-ask-proxy = Адрес прокси (пусто — без прокси)
cli-ask-password = Пароль почты
cli-ask-address = Адрес
cli-ask-push-token = Токен (пусто — без токена)
cli-passphrase-open = Файл с фразой читают все пользователи компьютера: закройте его (chmod 600 { $file }).
cli-telegram-bot = Бот @{ $bot } принят. Подключите чат: talonctl telegram link
cli-telegram-forgotten = Бот, чаты и токен забыты.
cli-link = Откройте в Телеграме и нажмите «Запустить»: { $url }
    Ссылка действует до { $until }.
cli-link-ask = Подключить чат «{ $chat }»?
cli-link-nobody = Спросить о чате некого: запустите команду в терминале или с --yes.
cli-link-over = Ссылку никто не открыл, больше она не действует.
cli-link-refused = Чат не подключён.
cli-linked = Чат «{ $chat }» подключён, его номер { $id }.
cli-unlinked = Чат отключён.
cli-no-chats = Чатов нет. Подключите: talonctl telegram link
cli-chat = Чат
cli-chat-asking = ждёт подтверждения
cli-chat-linked = подключён
cli-chat-blocked = не принимает сообщений
cli-way = Телеграм: { $api }, без прокси.
cli-way-proxy = Телеграм: { $api }, через прокси.
cli-way-telegrams = обычный адрес
cli-mail-set = Почта настроена, писать будем на { $to }. Проверить: talonctl try
cli-mail-off = Почта выключена.
cli-mail-forgotten = Сервер и пароль забыты.
cli-push-set = Push настроен: { $host }. Проверить: talonctl try
cli-push-forgotten = Адрес и токен забыты.
cli-try-nothing = Пробовать нечего: настройте Телеграм, почту или push.
cli-try-failed = Не дошло сообщений: { $n }.
## run.

cli-run-started = Ждём талоны по { $watches ->
    [one] { $watches } ожиданию
   *[other] { $watches } ожиданиям
}. Остановить: Ctrl+C
cli-run-nothing = Ждать пока нечего. Добавьте ожидание (talonctl watch add), остановив эту программу.
cli-run-channels = Сообщаем и так: { $names }.
cli-run-locked = Без токена или пароля не работают: { $names }. Чтобы открыть их, укажите файл с фразой в --passphrase-file.
cli-run-paused = Стоит общая пауза: талоны не проверяются.
cli-run-paused-until = Стоит общая пауза до { $when }: талоны не проверяются.
cli-poll = { $time }  { $what }: { $result }
cli-poll-specialties = список специальностей получен
cli-poll-no-specialties = запись через интернет закрыта
cli-poll-doctors = список врачей получен
cli-poll-no-doctors = врачей с записью нет
cli-poll-slots = талоны есть, новых нет
cli-poll-new = новых талонов: { $n }
cli-poll-no-slots = талонов нет
cli-poll-unavailable = поликлиника или сайт не отвечает
cli-poll-unavailable-code = поликлиника не отвечает (код { $code })
cli-poll-blocked = сайт отказывает этому адресу или просит делать паузы
cli-poll-offline = нет интернета
cli-repeat = Повтор: { $text }
cli-gone = Талоны разобрали · { $specialty }, { $clinic }. Были доступны { $duration }.

## doctor.

cli-doctor-what = Что
cli-doctor-verdict = Итог
cli-doctor-detail = Подробности
cli-doctor-network = Интернет
cli-doctor-service = Сайт записи
cli-doctor-clock = Часы компьютера
cli-doctor-database = База данных
cli-doctor-notifications = Уведомления
cli-doctor-tray = Значок у часов
cli-doctor-autostart = Автозапуск
cli-doctor-key-store = Хранилище паролей
cli-doctor-telegram = Телеграм
cli-doctor-mail = Почта
cli-doctor-push = Push
cli-doctor-channels = Каналы
cli-doctor-requests = Запросы
cli-doctor-summary = Сводка: { $clinic }
cli-doctor-fine = в порядке
cli-doctor-remark = есть замечание
cli-doctor-not-fine = не работает
cli-doctor-no-clock = не с чем сравнить: сайт не ответил
cli-doctor-stdout = talonctl run сообщает в стандартный вывод
cli-doctor-requests-detail = сегодня { $today } из { $day }, за последний час { $hour } из { $budget }
cli-doctor-waiting = ждут вывода: { $n }
cli-doctor-dead = не доставлено: { $n }
cli-doctor-broken = Не работает: { $names }.
