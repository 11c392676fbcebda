### Talonchik, Russian: the ways to tell besides the screen, and where their secrets are kept.
### Times, days and names come in as ready text.

## Sections of the settings

settings-telegram = Телеграм
settings-mail = Почта
settings-push = Ещё способы

## How a channel does: one line, always there

tg-wait = Телеграм недоступен. Сообщения сохранены: { $n }. Отправим, когда связь появится.
tg-wait-hint = Проверьте интернет. Если Телеграм у вас работает через прокси, укажите его ниже.
way-not-set = Не подключено.
way-off = Выключено: сюда не пишем.
way-ready = Готово. После запуска программы ещё ничего не отправляли.
way-works = Работает, { $time }
way-waits = Не доставлено: { $n }. Пробуем ещё.
way-fails = Последнее сообщение не дошло. Пробуем ещё.
way-no-chat = Бот подключён, но писать пока некому: подключите чат.
way-since = Так с { $time }.
way-token-telegram = Токен не принят
way-token-mail = Логин или пароль не приняты
way-token-push = Токен не принят
way-conflict = Этого бота читает другая программа
way-locked-telegram = Токен бота нужно ввести ещё раз
way-locked-mail = Пароль почты нужно ввести ещё раз
way-locked-push = Адрес нужно ввести ещё раз
way-locked-hint = Он не хранится на этом компьютере, поэтому после запуска сообщения ждут.
way-sealed = Введите фразу, чтобы работали Телеграм и почта
way-demo = В учебном городе наружу ничего не отправляется
way-demo-hint = Телеграм, почту и другие способы можно подключить в настоящем городе.
way-setup = Открыть настройки
way-try = Отправить проверку
way-trying = Отправляем. Это может занять до 20 секунд.
way-came = Дошло.
way-nothing-tried = Проверять нечего: ничего не подключено.
way-show = Показать
way-hide = Скрыть
way-show-what = Показать: { $what }
way-hide-what = Скрыть: { $what }
way-forget-cancel = Оставить
way-step = Шаг { $n } из 3. { $what }

## Telegram: a bot of one's own

bot-title = Сообщения в Телеграм
bot-hint = Когда появится талон, бот напишет в Телеграм. Бот отвечает, только пока компьютер включён и есть интернет.
bot-on = Писать в Телеграм
bot-name = Бот: @{ $name }
bot-make = Создайте бота
bot-make-hint = Бот будет только вашим. Это бесплатно и занимает 3 минуты.
bot-make-1 = Откройте в Телеграме чат с BotFather. Это служебный бот самого Телеграма, он пишет по-английски.
bot-make-2 = Отправьте ему:
bot-make-3 = Он спросит имя бота. Придумайте любое, например:
bot-make-3-example = Мои талоны
bot-make-4 = Он спросит username — адрес бота. Придумайте его латинскими буквами, в конце обязательно bot, например:
bot-make-5 = Он пришлёт токен — длинную строку из цифр и букв. Скопируйте её целиком и вставьте сюда.
bot-father-address = Адрес BotFather
bot-father-qr = QR-код: чат с BotFather
bot-father-hint = Наведите камеру телефона или скопируйте адрес.
bot-words = Команда
bot-token = Токен бота
bot-token-hint = Похож на 123456789:AAH4f… Никому его не показывайте.
bot-token-new = Токен бота ещё раз
bot-token-take = Проверить и подключить
bot-token-checking = Спрашиваем Телеграм…
bot-token-fine = Токен принят. Бот: @{ $name }
bot-link = Подключите чат
bot-link-hint = Наведите камеру телефона на код или откройте ссылку там, где есть Телеграм. Затем нажмите «Запустить» (Start).
bot-link-address = Ссылка для чата
bot-link-until = Код действует до { $time } и только для одного чата.
bot-link-over = Код больше не действует.
bot-link-new = Новый код
bot-link-qr = QR-код со ссылкой на бота
bot-link-waits = Ждём, когда чат отзовётся. Здесь появится вопрос.
bot-ask = Подключить чат «{ $title }»?
bot-ask-group = Подключить группу «{ $title }»?
bot-ask-hint = Подключайте, только если это вы или ваш близкий.
bot-ask-yes = Подключить
bot-asked = Чат «{ $title }» просит подключения.
bot-linked = Чат подключён.
bot-refused = Чат не подключён.
bot-check = Отправьте проверку
bot-check-again = Проверка
bot-check-hint = В каждый чат придёт сообщение о ненастоящем талоне.
bot-chats = Кому пишем
bot-chat-group = Группа
bot-chat-group-hint = Читают все в группе. Управляет только тот, кто её подключил.
bot-chat-blocked = Не принимает сообщения
bot-chat-blocked-hint = Откройте бота в этом чате и нажмите «Запустить» (Start) или «Разблокировать».
bot-chat-hears = О чём писать в «{ $title }»
bot-chat-all = Обо всех ожиданиях
bot-chat-only = Только о выбранных
bot-chat-none = Ничего не выбрано: в этот чат не пишем.
bot-chat-no-watches = Ожиданий пока нет. Отметить можно будет здесь.
bot-chat-off = Отключить
bot-chat-off-what = Отключить: { $title }
bot-chat-off-ask = Отключить чат «{ $title }»?
bot-chat-off-hint = Туда больше не придут сообщения. Подключить снова можно новым кодом.
bot-chat-off-done = Чат отключён.
bot-chat-add = Подключить ещё один чат
bot-way = Если Телеграм не открывается
bot-way-hint = Прокси нужен, если на этом компьютере Телеграм работает только через него. Сайт записи через этот прокси не открываем.
bot-proxy = Прокси для Телеграма
bot-proxy-hint = Например socks5://логин:пароль@адрес:1080. Прокси системы здесь не действует.
bot-way-open = Указать прокси
bot-proxy-set = Прокси задан. Адрес скрыт.
bot-proxy-off = Не использовать прокси
bot-proxy-none = Прокси убран.
bot-more = Дополнительно
bot-api = Адрес Bot API
bot-api-hint = Только если у вас свой сервер. Обычно здесь пусто.
bot-forget = Забыть бота
bot-forget-ask = Забыть бота и его чаты?
bot-forget-hint = Токен и список чатов исчезнут с этого компьютера. Сам бот в Телеграме останется, удалить его можно у BotFather.
bot-forgotten = Бот забыт.

## Mail

post-title = Письма о талонах
post-hint = Программа пишет с вашего ящика на любой адрес, например самому себе.
post-on = Отправлять письма
post-box = Ящик
post-service = Где ваша почта?
post-service-yandex = Яндекс
post-service-mailru = Mail.ru
post-service-gmail = Gmail
post-service-rambler = Рамблер
post-service-own = Другая
post-server-is = Сервер: { $server }, порт { $port }
post-server = Сервер исходящей почты
post-server-hint = Например smtp.example.ru. Он есть в справке вашей почты.
post-port = Порт
post-security = Защита
post-security-tls = TLS, обычно порт 465
post-security-startTls = STARTTLS, обычно порт 587
post-login = Ваш адрес
post-login-hint = С него уйдёт письмо. Например ivanova@yandex.ru
post-login-own = Логин
post-password = Пароль приложения
post-password-hint = Обычный пароль не подойдёт. Создайте «пароль приложения» в настройках безопасности почты.
post-password-own = Пароль
post-password-own-hint = Если почта просит «пароль приложения», создайте его в её настройках.
post-password-kept = Пароль сохранён. Оставьте поле пустым, чтобы не менять его.
post-to = Кому писать
post-to-hint = Если оставить пустым, письмо придёт вам же.
post-from = Адрес отправителя
post-from-hint = Если он отличается от логина.
post-save = Сохранить
post-saved = Сохранено. Отправьте пробное письмо.
post-try = Отправить пробное письмо
post-try-hint = Письмо о ненастоящем талоне. Если его нет во входящих, посмотрите в «Спаме».
post-forget = Забыть почту
post-forget-ask = Забыть почту?
post-forget-hint = Адрес и пароль исчезнут с этого компьютера. Ящик останется.
post-forgotten = Почта забыта.

## ntfy and webhooks

hook-title = ntfy и вебхук
hook-hint = Для тех, кто уже ими пользуется. Остальным хватит Телеграма или почты.
hook-on = Отправлять
hook-kind = Что подключаем?
hook-kind-ntfy = ntfy
hook-kind-ntfy-hint = Уведомления в приложении ntfy на телефоне.
hook-kind-webhook = Вебхук
hook-kind-webhook-hint = Запрос POST с JSON на ваш адрес.
hook-address = Адрес
hook-address-ntfy-hint = С названием темы, например https://ntfy.sh/моя-тема. Кто знает адрес, тот прочтёт сообщения.
hook-address-webhook-hint = Начинается с https://
hook-kept = Сейчас: { $host }, остальная часть адреса скрыта. Оставьте поле пустым, чтобы не менять его.
hook-token = Токен
hook-token-hint = Можно не заполнять.
hook-token-kept = Токен сохранён. Оставьте поле пустым, чтобы не менять его.
hook-save = Сохранить
hook-saved = Сохранено. Отправьте проверку.
hook-forget = Забыть адрес
hook-forget-ask = Забыть адрес и токен?
hook-forget-hint = Они исчезнут с этого компьютера, сообщения туда больше не придут.
hook-forgotten = Адрес забыт.

## Where secrets are kept

keys-title = Где хранить пароли
keys-why-absent = На этом компьютере нет хранилища паролей.
keys-why-refused = Хранилище паролей закрыто или не разрешило доступ.
keys-why-silent = Хранилище паролей не ответило. Возможно, оно ждёт пароль в другом окне.
keys-why-forgetful = Хранилище паролей не сохраняет то, что в него кладут.
keys-why-failed = Хранилище паролей не работает.
keys-ask = Токены и пароли нельзя хранить открыто. Как поступим?
keys-seal = Хранить под фразой
keys-seal-hint = Файл на этом компьютере, закрытый вашей фразой. Её спросим после каждого запуска.
keys-memory = Спрашивать при каждом запуске
keys-memory-hint = Токены и пароли нигде не хранятся.
keys-phrase = Фраза
keys-phrase-hint = Не короче 8 знаков, например три слова. Забытую фразу восстановить нельзя.
keys-phrase-again = Фраза ещё раз
keys-phrase-short = Нужно хотя бы 8 знаков.
keys-phrase-differs = Фразы не совпадают. Введите одинаковые.
keys-seal-do = Хранить под фразой
keys-memory-do = Спрашивать при каждом запуске
keys-retry = Попробовать ещё раз
keys-unlock = Открыть
keys-unlock-forgot = Если фраза забыта, можно продолжить без неё: токен и пароль введёте заново, до выхода из программы. Начать совсем сначала — «Удалить всё» в разделе «Данные».
keys-unlock-without = Продолжить без фразы
keys-opened = Открыто. Телеграм и почта работают.
keys-where-system = Токены и пароли — в хранилище паролей системы.
keys-where-sealed = Токены и пароли — в файле под вашей фразой.
keys-where-memory = Токены и пароли не хранятся: спросим при следующем запуске.

## A trial of every channel

try-title = Дойдут ли оповещения
try-hint = Отправим сообщение о ненастоящем талоне всеми способами, которые подключены.
try-all = Проверить, что оповещения дойдут
try-all-fine = Дошло всеми способами.
try-some = Дошло не всеми способами. Что сделать, написано ниже.
try-screen-fine = Показали в углу экрана.
try-only-screen = Пока вы узнаете о талоне только у этого компьютера. Подключите Телеграм или почту.

## What to do about a channel that was not told: `advice-<why>`, or of one channel alone

advice-told = Об этом уже сказали. Повторите проверку через минуту.
advice-started = Повторите проверку через минуту.
advice-gone = Повторите проверку через минуту.
advice-returned = Повторите проверку через минуту.
advice-answered = На проверку уже ответили, значит, она дошла.
advice-off = Выключено в настройках. Включите, если хотите получать здесь сообщения.
advice-quiet = Сейчас тихие часы: сообщение придёт после них.
advice-starting = Программа ещё запускается. Повторите через минуту.
advice-absent = Принять сообщение некому. Посмотрите, что включено в системе.
advice-silent = Ответа не было. Проверьте интернет и повторите.
advice-refused = Сообщение не приняли. Проверьте настройки этого способа.
advice-ladder = Сначала ждём ответа на экране. Повторите через 2 минуты.
advice-unreachable = Нет связи. Проверьте интернет и повторите.
advice-busy = Там просят подождать. Повторим сами через несколько минут.
advice-token = Токен не принят. Проверьте его и введите заново.
advice-blocked = Адресат не принимает сообщений. Проверьте адрес.
advice-locked = Токен или пароль не под рукой. Введите его ещё раз.
advice-conflict = Бота читает другая программа. Остановите её.
advice-screen-off = Уведомления выключены в программе. Включите «Показывать уведомления».
advice-screen-absent = В системе нет службы уведомлений. Держите окно открытым.
advice-screen-refused = Система не показала уведомление. Разрешите уведомления в её настройках.
advice-screen-silent = Система не ответила. Посмотрите в «Помощи», как включить уведомления.
advice-telegram-unreachable = Телеграм не открывается. Проверьте интернет; если Телеграм у вас работает через прокси, укажите его в разделе «Телеграм».
advice-telegram-silent = Телеграм не ответил. Проверьте интернет; если он у вас работает через прокси, укажите его в разделе «Телеграм».
advice-telegram-token = Токен отозван или введён с ошибкой. Возьмите у BotFather действующий (команда /token) и введите его в разделе «Телеграм».
advice-telegram-blocked = Чат не принимает сообщений. Откройте в нём бота и нажмите «Запустить» (Start).
advice-telegram-conflict = Сообщения бота получает ещё кто-то: другой компьютер или сервис. Остановите ту программу или создайте для этой нового бота.
advice-telegram-refused = Телеграм не принял сообщение. Отключите чат и подключите его снова.
advice-mail-unreachable = Сервер почты не отвечает. Проверьте интернет, адрес сервера и порт.
advice-mail-token = Почта не пустила. Нужен «пароль приложения», а не обычный пароль от ящика.
advice-mail-blocked = Такого адреса нет, или он не принимает писем. Проверьте «Кому писать».
advice-mail-refused = Сервер не принял письмо. Проверьте адреса и защиту соединения.
advice-push-unreachable = Адрес не отвечает. Проверьте интернет и сам адрес.
advice-push-blocked = По этому адресу сообщений не принимают. Проверьте его.

## Watch: in which order to tell

tell-order = Как сообщать
tell-ladder = По очереди
tell-ladder-hint = Сначала экран, через 2 минуты ещё раз, потом Телеграм и почта.
tell-atOnce = Сразу везде
tell-atOnce-hint = Экран, Телеграм и почта одновременно.
tell-none = Сейчас сообщаем только на экране. Подключите Телеграм или почту.
tell-connect = Подключить

## Inbox: messages of the channels besides the screen

channel-chat = Телеграм: { $title }
channel-mail = Почта
channel-push = Push
message-due = { $channel } — ещё не отправлено
message-leased = { $channel } — отправляем
message-sent = { $channel } — отправлено в { $time }
message-expired = { $channel } — отправлять не стали
message-dead = { $channel } — не отправлено
message-held = { $channel } — отправим после тихих часов
message-later = { $channel } — отправим, если не ответите на экране
message-retry = { $channel } — пока не отправлено, пробуем ещё
delivery-why-ladder = Сначала ждём ответа на экране.
delivery-why-unreachable = Нет связи.
delivery-why-busy = Там просят подождать.
delivery-why-token = Токен или пароль не принят.
delivery-why-blocked = Адресат не принимает сообщений.
delivery-why-locked = Токен или пароль не под рукой.
delivery-why-conflict = Бота читает другая программа.

## Home and quiet mode

silent-since = Не можем проверить талоны с { $time }.
hushed = Тихий режим: звука нет.
hushed-off = Включить звук
hushed-set = Тихий режим
hushed-set-hint = Без звука, пока не выключите. Сообщения приходят как обычно.

## Self-check

subject-keyStore = Хранилище паролей
subject-telegram = Телеграм
subject-mail = Почта
subject-push = ntfy или вебхук
check-keyStore-fine = Работает.
check-keyStore-remark = Токены и пароли хранятся не в системе: под фразой или до выхода из программы.
check-keyStore-broken = Не работает. Откройте «Телеграм» в настройках и выберите, где хранить токен.
check-telegram-fine = Работает.
check-telegram-remark = Не подключён или ещё не проверен.
check-telegram-broken = Сообщения не доходят. Что сделать — в разделе «Телеграм».
check-mail-fine = Работает.
check-mail-remark = Не подключена или ещё не проверена.
check-mail-broken = Письма не уходят. Что сделать — в разделе «Почта».
check-push-fine = Работает.
check-push-remark = Не подключено или ещё не проверено.
check-push-broken = Сообщения не доходят. Что сделать — в разделе «Ещё способы».

## Failures: what happened, and what to do

error-no-key-store = На этом компьютере нет хранилища паролей. Выберите, где хранить токены и пароли.
error-locked = Токены и пароли закрыты. Введите фразу, чтобы открыть их.
error-wrong-passphrase = Фраза не подошла. Проверьте раскладку и большие буквы.
error-key-store = Хранилище паролей не ответило или повреждено. Повторите; если не поможет, перезапустите компьютер.
error-token-refused = Токен или пароль не принят. Проверьте, что он введён целиком.
error-unreachable = Нет связи. Проверьте интернет и адрес, затем повторите.
error-channel-refused = Связь есть, но запрос не приняли. Проверьте, что всё введено верно.
error-telegram-unreachable = Телеграм недоступен. Проверьте интернет. Если Телеграм у вас работает через прокси, укажите его ниже.
error-telegram-token = Телеграм не знает такого токена. Скопируйте его из сообщения BotFather целиком.
problem-bad-token = Это не токен. Он похож на 123456789:AAH4f… Скопируйте его из сообщения BotFather целиком.
problem-bad-proxy = Это не адрес прокси. Он начинается с http:// или socks5://
problem-bad-address = Адрес не подходит. Он начинается с https:// и введён целиком?
problem-bad-server = Проверьте сервер и порт.
problem-bad-mail-address = Проверьте адрес: он похож на ivanova@yandex.ru
problem-no-password = Введите пароль: для этого сервера и логина его ещё нет.
problem-weak-passphrase = Фраза слишком короткая: нужно хотя бы 8 знаков.
