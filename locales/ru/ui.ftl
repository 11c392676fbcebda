### Talonchik, Russian: the words of the window. State names and shared words are in core.ftl.
### Dates and times come in as ready text; data (names, specialties) is never inflected.

app-name = { -brand }

## Shared buttons and small words

add = Добавить
back = Назад
calendar = Календарь
call = Позвонить
cancel = Отмена
change = Изменить
change-what = Изменить: { $what }
check = Проверить
check-again = Проверить ещё раз
check-now = Проверить сейчас
check-failed = Проверить не удалось.
checked = Проверили.
checked-at = Проверили в { $time }
checking = Проверяем…
clear = Очистить
close = Закрыть
copied = Скопировано.
copy = Скопировать
copy-what = Скопировать: { $what }
copy-failed = Скопировать не удалось. Выделите текст и нажмите Ctrl + C.
details = Подробности
edit = Изменить
extend = Продлить
field-error = Ошибка:
loading = Загружаем
messages = Сообщения
more = Ещё
next = Дальше
no = Нет
yes = Да
quit = Выйти
quit-title = Выйти из программы
stay = Остаться
refresh = Обновить
resume = Продолжить
retry = Повторить
room = каб. { $room }
save = Сохранить
saved = Сохранено.
saves-itself = Каждое изменение сохраняется сразу.
unsaved = Ещё не сохранено.
unsaved-wrong = Не сохранено: исправьте ошибку выше.
done = Готово
show-more = Показать ещё: { $n }
show-earlier = Показать более ранние
understood = Понятно
undo = Вернуть
day-yesterday = вчера
soon = ближайшее время
moscow-time = Время везде московское.

## Shell

nav = Разделы
nav-menu = Меню
nav-close = Закрыть меню
nav-watches = Жду талон
nav-find = Найти врача
nav-inbox = События
nav-settings = Настройки
nav-help = Помощь
nav-unanswered = { $n ->
    [one] { $n } событие ждёт ответа
    [few] { $n } события ждут ответа
   *[many] { $n } событий ждут ответа
}
demo-name = Учебный город
demo-strip = Учебный город — талоны ненастоящие
demo-enter = Войти в учебный город
demo-leave = Выйти из учебного города

## Failures: what happened, and what to do

error-not-found = Этого больше нет: запись удалена или изменилась. Вернитесь к списку.
error-invalid = Программа не приняла эти данные. Проверьте, что всё заполнено.
error-bad-link = Не узнали ссылку. Скопируйте её целиком со страницы записи на gorzdrav.spb.ru.
error-offline = Нет интернета. Проверьте подключение и нажмите «Повторить».
error-blocked = Похоже, включён VPN. Сайт записи часто не отвечает зарубежным адресам. Выключите VPN и нажмите «Повторить».
error-slowed = Сайт записи попросил сделать паузу. Повторите через минуту.
error-clinic-down = Поликлиника не отвечает. Её система записи недоступна, на сайте сейчас то же самое. Повторите позже.
error-site-down = Сайт записи не отвечает. Ваши настройки в порядке. Повторите позже.
error-storage = Не получилось прочитать или сохранить данные на этом компьютере. Проверьте, есть ли место на диске.
error-unknown = Что-то не получилось. Повторите; если не поможет, перезапустите программу.

problem-no-place = Выберите поликлинику и специальность.
problem-too-many-places = В одном ожидании не больше 20 поликлиник.
problem-repeated-place = Одна и та же поликлиника с той же специальностью добавлена дважды. Уберите одну.
problem-bad-id = Поликлинику или врача не удалось прочитать. Выберите их заново.
problem-no-doctor = Отметьте хотя бы одного врача.
problem-long-nickname = Имя слишком длинное: можно до 40 знаков.
problem-empty-range = Время «до» должно быть позже времени «с».
problem-too-many-rules = Слишком много промежутков или исключённых дат. Уберите лишние.
problem-dates-reversed = «Не позже» наступает до «Не раньше». Поменяйте одну из дат.
problem-past = Последний день уже прошёл. Выберите день позже.
problem-long-notice = Время до приёма слишком большое: можно до 60 дней.
problem-too-long = Слишком много текста.
problem-bad-file = Это не файл программы { -brand }. Выберите другой.
problem-bad-budget = Запросов в час может быть от 30 до 720.

## First run

welcome-hello = Здравствуйте. Помогу дождаться талона к врачу
welcome-who = Кому нужен врач?
welcome-clinic = Где искать?
welcome-specialty = Какой врач?
welcome-doctors = К кому именно?
welcome-time = Когда удобно?
welcome-tell = Как сообщить?
welcome-done = Всё готово
welcome-step = Шаг { $n } из { $of }
welcome-start = Начать
welcome-finish = Готово
welcome-file = У меня есть файл с настройками
welcome-demo = Попробовать на учебном городе
welcome-leave = Пропустить, настрою потом
welcome-done-text = Мы ждём талон за вас. Окно можно закрыть — программа останется рядом с часами. Пока компьютер выключен или спит, проверок нет.
tell-switches = Звук и запуск
who-label = Кому нужен врач?
who-title = Для кого
who-me = Мне
who-other = Близкому
who-name = Как назвать?
who-name-hint = Например: мама
who-name-error = Напишите, как назвать, например «мама».

## Trial notification

trial-heading = Пробное уведомление
trial-hint = Так вы узнаете, что не пропустите талон.
trial-show = Показать пробное уведомление
trial-again = Показать ещё раз
trial-seen = Видите его в углу экрана?
trial-fine = Хорошо. Так и сообщим о талоне.
trial-fix = Как включить уведомления
trial-fix-steps = Что сделать
trial-fix-open = Открыть настройки уведомлений
trial-fix-not-opened = Настройки не открылись сами. Найдите их, как написано выше.
trial-fix-try = Проверьте
trial-fix-still = Если уведомления так и не видно, держите окно открытым на странице «Жду талон»: о талоне скажем и там.
trial-fix-windows =
    Откройте «Параметры» → «Система» → «Уведомления» и включите их.
    В списке программ ниже включите уведомления для программы { -brand }.
    Выключите режим «Не беспокоить» (колокольчик рядом с часами).
trial-fix-mac =
    Откройте «Системные настройки» → «Уведомления» → { -brand } и разрешите уведомления.
    Выберите стиль «Предупреждения», чтобы сообщение не исчезало само.
    Выключите «Фокусирование» в строке меню.
trial-fix-linux =
    Откройте «Параметры» → «Уведомления» и включите их, в том числе для программы { -brand }.
    Выключите режим «Не беспокоить».
    Если уведомлений в системе нет совсем, попросите поставить программу для них того, кто настраивал компьютер.
trial-fix-inbox = Даже без уведомлений ничего не пропадёт: все талоны видны на странице «События».

## Choosing: clinic, specialty, doctors

crumbs = Ваш выбор
crumb-clinic = Поликлиника
crumb-specialty = Какой врач
crumb-doctors = К кому
crumb-time = Когда удобно
clinic-search = Номер, название, улица или район
clinic-district-choose = Выбрать район
clinic-district-is = { $district } район.
clinic-district-name = { $district } район
clinic-district-clear = Все районы
clinic-districts = Районы
clinic-list = Поликлиники
clinic-own = Вы уже выбирали
clinic-list-empty = Список поликлиник ещё загружается. Он появится сам.
clinic-count = { $n ->
    [one] { $n } поликлиника
    [few] { $n } поликлиники
   *[many] { $n } поликлиник
}
clinic-read-as = Показываем результаты для «{ $q }»
clinic-other = Выбрать другую поликлинику
link-read = По ссылке нашли: { $what }
link-use = Выбрать это
link-shallow = В этой ссылке нет поликлиники. Найдите её по номеру или улице.
specialty-search = Название специальности
specialty-list = Специальности
specialty-none = Такой специальности в списке нет: «{ $q }». Попробуйте начать слово иначе.
specialty-alike = Как в первой поликлинике
specialty-with-slots = Есть талоны
specialty-without = Талонов сейчас нет
specialty-means = По запросу «{ $q }» подходит:
specialty-all = Показать все специальности
specialty-missing = Нет нужного врача?
free-some = есть талоны: { $n }
free-none = талонов сейчас нет
free-now = Талоны уже есть
free-more = И ещё: { $n }
free-wait = Ждать другое время
book = Записаться
book-opening = Открываем сайт Горздрава в браузере. Там и запишитесь.
book-copy = Скопировать ссылку
book-demo = Это учебный город: сайт не открываем. С настоящим талоном здесь открылась бы страница записи.
book-hint = Запись — на сайте Горздрава, он откроется в браузере.
soonest = ближайший: { $when }
doctor-whom = К кому именно?
doctor-any = К любому врачу
doctor-only = Только к выбранным
doctor-except = К любому, кроме выбранных
doctor-only-which = Кто подходит?
doctor-except-which = Кто не подходит?
doctor-choose-one = Отметьте хотя бы одного врача.
doctor-list = Кто принимает
doctor-areas = Участки: { $areas }
doctor-lost = Сейчас нет в списке поликлиники
doctor-left = { $n ->
    [one] Ждём { $n } врача из этого списка и новых.
   *[other] Ждём { $n } врачей из этого списка и новых.
  }
doctor-none-left = Сейчас никого не остаётся: ждём нового врача.
doctors-any = любой врач
doctors-chosen = выбранные врачи
doctors-except = любой врач, кроме: { $names }
watch-title = { $specialty } — { $doctors }

## Finding

find-clinic = Где искать?
find-specialty = Какой врач?
find-doctors = К кому именно?
find-time = Когда удобно?
find-summary = Чего ждём
find-adding = Выберите ещё одну поликлинику: она будет по счёту { $n }.
find-back-to-summary = Не добавлять
find-stopped = В прошлый раз вы выбрали: { $what }
find-continue = Продолжить
find-restart = Начать заново
place-add = Добавить ещё поликлинику
place-remove = Убрать
place-remove-what = Убрать: { $what }
until-title = До какого дня ждать
until-label = Ждать до
until-hint = Можно не заполнять: будем ждать, пока не остановите.
until-none = Пока не остановите
until-day = До { $day }
wait = Ждать талон
watch-added = Ждём талон: { $title }

## Time wish editor

wish-time = Время дня
wish-preset-any = Любое
wish-preset-morning = Утром, до 12:00
wish-preset-day = Днём, 12:00–17:00
wish-preset-evening = Вечером, после 17:00
wish-preset-own = Другое время
wish-says = Будем ждать талон
wish-unsaid = Покажем здесь, когда ошибка будет исправлена.
wish-more = Указать даты
wish-first-day = Не раньше
wish-last-day = Не позже
wish-bad-dates = «Не позже» наступает до «Не раньше». Поменяйте одну из дат.
wish-bad-times = Время «до» должно быть позже времени «с».
wish-fix = Исправьте ошибку выше.
wish-rule = Промежуток { $n }
wish-rule-from = С
wish-rule-to = До
wish-rule-add = Добавить промежуток
wish-rule-remove = Удалить
wish-days-label = Дни недели
wish-days-none = Если ничего не отметить, подойдёт любой день.
wish-helper-weekdays = Будни
wish-helper-weekend = Выходные
wish-except-label = Кроме дат
wish-except-add = Исключить дату
wish-except-remove = Больше не исключать: { $day }
wish-notice-label = Не предлагать, если до приёма меньше
wish-notice-none = Неважно

## Watches: home, cards, page

status-never = Ещё не проверяли.
status-just-now = Проверили только что, в { $time }.
status-checked = Проверили { $ago } назад, в { $time }.
status-next = Следующая проверка — через { $in }.
status-next-soon = Следующая проверка — меньше чем через минуту.
never-checked = ещё не получали
unchecked-text = Проверим в ближайшую минуту и сообщим здесь.
opened-text = Открыли день: { $day }. Свободных талонов пока нет. Сообщим, как только появятся.
expired-text = Последний день, который вам подходил, прошёл. Продлите срок или уберите ожидание.
next-work-day = Ближайший рабочий день врача: { $day }
found-at = Найдено в { $time }
for-whom = Для: { $nick }
slots-soonest = Ближайшие талоны
slots-last = Что было свободно в { $time }
slots-more = Ещё { $n }
slot-room = { $when }, { $room }
slot-taken = заняли
dismiss = Не подходит
later = Позже
pause-hour = Пауза на 1 час
pause-tomorrow = Пауза до завтра, 8:00
pause-off = Пауза без срока
remove = Больше не ждать
rebind-offer = Похоже, это он: { $what }
rebind-take = Да, это он
rebind-choose = Выбрать врача
watch = Ожидание
watch-tabs = Об ожидании
watch-gone = Этого ожидания больше нет.
watch-removed = Больше не ждём: { $title }
watch-restored = Снова ждём талон.
watch-restore-failed = Вернуть не удалось. Создайте ожидание заново.
tab-slots = Талоны
tab-history = История
tab-setup = Настройка
gap = Проверяем раз в { $every }
gap-short = Проверяем чаще раза в минуту
looks-today = сегодня { $n ->
    [one] { $n } проверка
    [few] { $n } проверки
   *[many] { $n } проверок
}
others = Не подходят по времени ({ $n })
others-hide = Скрыть неподходящие
history-openings = Какие талоны появлялись
history-looks = Как проходили проверки
history-none = При нас талоны ещё не появлялись. Здесь будет видно, когда они появились и сколько продержались.
history-no-looks = Проверок ещё не было.
history-appeared = появился: { $when }
history-still = свободен
history-lived = был свободен { $duration }
outcome-fresh = Ответ получен
outcome-empty = Талонов нет
outcome-unavailable = Не отвечает
outcome-blocked = Сайт не пустил
outcome-offline = Нет интернета
outcome-new = новых талонов: { $n }
history-when = Когда появляются талоны
history-when-hint = С { $since }. Время московское.
history-no-clock = Пока не видно, чтобы талоны чаще появлялись в одно и то же время.
history-table = Сколько раз появлялись талоны
history-day = День
history-times = { $n ->
    [one] { $n } раз
    [few] { $n } раза
   *[many] { $n } раз
}
history-cell = { $time } — { $times }
history-day-none = не появлялись
history-unlooked = почти не проверяли
history-day-unlooked = почти не проверяли: { $times }
history-hatched = Штриховка: в это время почти не проверяли.
history-never = В эти часы почти не проверяли ни в один день: { $times }. Появляются ли тогда талоны, мы не знаем.
history-not-yet = Пока не было ни одной удачной проверки: рассказать нечего.
history-unplaced = { $n ->
    [one] Ещё { $n } раз талоны появились, пока проверок не было: в котором часу, неизвестно.
    [few] Ещё { $n } раза талоны появились, пока проверок не было: в котором часу, неизвестно.
   *[many] Ещё { $n } раз талоны появились, пока проверок не было: в котором часу, неизвестно.
}
history-few = Пока мало данных: { $n ->
    [0] при нас талоны ещё не появлялись.
    [one] талоны появились { $n } раз, нужно хотя бы 10.
    [few] талоны появились { $n } раза, нужно хотя бы 10.
   *[many] талоны появились { $n } раз, нужно хотя бы 10.
}
history-few-days = { $n ->
    [one] Ещё примерно { $n } день наблюдений.
    [few] Ещё примерно { $n } дня наблюдений.
   *[many] Ещё примерно { $n } дней наблюдений.
}
history-life = Сколько живёт талон
history-life-usual = Обычно талон свободен { $duration }.
history-life-short = Меньше 5 минут прожили { $short } из { $n }.
history-life-hint = Считаем талоны, про которые точно знаем, когда они появились и когда их разобрали.
history-life-few = Пока мало данных: { $n ->
    [0] при нас талоны ещё не разбирали.
    [one] известно, сколько прожил { $n } талон, нужно хотя бы 5.
    [few] известно, сколько прожили { $n } талона, нужно хотя бы 5.
   *[many] известно, сколько прожили { $n } талонов, нужно хотя бы 5.
}
history-unclaimed = { $n ->
    [one] { $n } талон никто не занял.
    [few] { $n } талона никто не занял.
   *[many] { $n } талонов никто не занял.
}
history-releases = Последние появления
history-slots = { $n ->
    [one] { $n } талон
    [few] { $n } талона
   *[many] { $n } талонов
}
history-since = после { $from }, пока проверок не было
history-were-free = { $n ->
    [one] был свободен { $duration }
   *[other] обычно были свободны { $duration }
}
history-free-now = свободны: { $n }
history-gaps = Когда не проверяли
history-gaps-hint = Перерывы дольше получаса. Что тогда появилось и сразу ушло, мы не видели.
history-gaps-none = Перерывов дольше получаса не было.
history-gap = { $from } — { $to }
history-gap-open = с { $from } до сих пор
history-gaps-earlier = Раньше были ещё перерывы: { $n }
unlooked-asleep = Компьютер спал
unlooked-off = Программа не работала: закрыта, на паузе или компьютер спал
unlooked-idle = Это ожидание было на паузе
unlooked-idle-clinic = Эту поликлинику не проверяли
unlooked-offline = Не было интернета
unlooked-blocked = Сайт не пускал
unlooked-unavailable = Сайт или поликлиника не отвечали
unlooked-noOnline = Запись через интернет была закрыта: проверяли раз в день
history-save = Скачать CSV
history-save-hint = Таблица: каждый талон за 8 недель, когда появился и когда его не стало. Открывается в любой программе для таблиц.
setup-places = Где и к кому
setup-pause = Пауза
setup-remove = Больше не ждать
setup-remove-hint = Вернуть можно в течение дня на странице «События».
activity-on = Сейчас ждём и проверяем.

## Inbox

inbox-filter = Какие события показать
inbox-all = Все
inbox-open = Ждут ответа
inbox-empty = Здесь останется каждый найденный талон, пока вы не ответите.
inbox-none-open = Всё отвечено.
alert-raised = Ждёт ответа
alert-snoozed = Напомним в { $time }
alert-seen = Прочитано
alert-acted = Открывали запись
alert-dismissed = Не подходит
alert-gone = Талоны разобрали
answered-seen = Отметили как прочитанное.
answered-later = Напомним через 15 минут.
answered-acted = Сайт записи открыт в браузере.
answered-dismiss = Эти талоны больше не покажем. Ждём другие.
channel-desktop = Уведомление на экране
channel-telegram = Телеграм
channel-stdout = Командная строка
delivery-due = { $channel }: ещё не показано
delivery-leased = { $channel }: отправляем
delivery-sent = { $channel }: показано в { $time }
delivery-expired = { $channel }: показывать не стали
delivery-dead = { $channel }: не показано
delivery-held = { $channel }: покажем после тихих часов
delivery-retry = { $channel }: пока не показано, пробуем ещё
delivery-why-told = Об этих талонах уже сказали.
delivery-why-started = Время приёма уже прошло.
delivery-why-gone = Талоны разобрали раньше.
delivery-why-returned = Талоны снова есть.
delivery-why-answered = Вы уже ответили.
delivery-why-quiet = Идут тихие часы.
delivery-why-off = Выключено в настройках.
delivery-why-starting = Программа ещё запускалась.
delivery-why-absent = В системе нет службы уведомлений.
delivery-why-silent = Ответ не пришёл вовремя.
delivery-why-refused = Сообщение не приняли.

## Settings

settings-title = Настройки: { $section }
settings-sections = Разделы настроек
settings-notifications = Уведомления
settings-view = Вид и язык
settings-start = Запуск и значок
settings-checks = Проверки
settings-data = Данные
settings-about = О программе
set-notifications = Показывать уведомления
set-notifications-hint = Сообщение в углу экрана, когда появился талон.
set-sound = Звук
set-sound-hint = Только когда талон найден.
set-hide = Скрывать подробности
set-hide-hint = В уведомлении будет только «Есть талоны», без врача и поликлиники.
quiet-title = Тихие часы
quiet-hint = Проверки идут как обычно, день и ночь.
quiet-on = Не беспокоить
quiet-on-hint = Каждый день, по часам этого компьютера.
quiet-never = Начало и конец совпадают, поэтому тихих часов не будет.
quiet-manner = Если талон появится в это время
quiet-hold = Сообщить, когда тихие часы закончатся
quiet-hold-hint = Талоны, которые к тому времени разберут, будут видны в «Событиях».
quiet-silent = Показать сразу, без звука
quiet-silent-hint = Уведомление останется на экране.
set-text-size = Размер текста
set-text-size-hint = Ещё можно нажать Ctrl и плюс или минус.
text-size-normal = Обычный
text-size-large = Крупный
text-size-largest = Очень крупный
set-simple = Крупно и просто
set-simple-hint = Самый крупный текст, всё в один столбец; на главной странице только ожидания и три кнопки.
simple-size = Включено «Крупно и просто»: текст уже самый крупный.
simple-leave = Обычный вид
call-122 = Позвонить 122
call-122-how = Наберите на телефоне 122. Там тоже помогают записаться к врачу.
set-motion = Движение
set-reduce-motion = Меньше движения
set-reduce-motion-hint = На экране ничего не будет двигаться и мигать. Если так выбрано в системе, это учтено и без переключателя.
set-theme = Тема
theme-system = Как в системе
theme-light = Светлая
theme-dark = Тёмная
theme-contrast = Контрастная
set-language = Язык
set-autostart = Запускать вместе с компьютером
set-autostart-hint = Программа начнёт ждать талоны сразу, окно не откроется.
set-tray = Значок рядом с часами
set-tray-there = Когда окно закрыто, программа работает рядом с часами. Нажмите на значок, чтобы открыть окно.
set-tray-quit = Чтобы остановить проверки совсем, выберите «Выйти» в меню значка или в разделе «О программе».
checks-hint = Чем чаще проверяем, тем раньше узнаем о талоне. Все ожидания делят одно число запросов.
budget-label = Как часто проверять
budget-hint = { $n ->
    [one] В среднем до { $n } запроса в час
   *[other] В среднем до { $n } запросов в час
}
budget-seconds = { $n ->
    [one] Это один запрос к сайту раз в { $n } секунду на все ожидания вместе.
    [few] Это один запрос к сайту раз в { $n } секунды на все ожидания вместе.
   *[many] Это один запрос к сайту раз в { $n } секунд на все ожидания вместе.
}
budget-minutes = { $n ->
    [one] Это один запрос к сайту раз в { $n } минуту на все ожидания вместе.
    [few] Это один запрос к сайту раз в { $n } минуты на все ожидания вместе.
   *[many] Это один запрос к сайту раз в { $n } минут на все ожидания вместе.
}
budget-usual = Так обычно достаточно.
budget-less = Реже
budget-more = Чаще
budget-least = Ещё реже нельзя.
budget-most = Чаще нельзя: это предел.
budget-much = Больше { $n } в час — только если очень нужно. Сайт записи общий, лишние запросы мешают другим.
bursts-label = Чаще в часы, когда обычно появляются талоны
bursts-hint = Программа запоминает, когда появляются талоны. В эти минуты она сможет проверять до одного раза в 10 секунд. За день запросов больше не станет: в другие часы проверим реже.
checks-today = Сколько запросов сделано
checks-today-hint = Здесь все запросы программы к сайту записи с полуночи, и те, что были до её перезапуска.
requests-today = { $n ->
    [one] Сегодня { $n } запрос, в среднем можно до { $of }
    [few] Сегодня { $n } запроса, в среднем можно до { $of }
   *[many] Сегодня { $n } запросов, в среднем можно до { $of }
}
requests-hour = За последний час: { $n }, в среднем можно до { $of }
ledger-open = На что ушли запросы
ledger-watches = По ожиданиям
ledger-clinics = По поликлиникам
ledger-requests = { $n ->
    [one] { $n } запрос
    [few] { $n } запроса
   *[many] { $n } запросов
}
ledger-hardly = меньше одного
ledger-shared = { $n ->
    [one] Проверки общие ещё с { $n } ожиданием
   *[other] Проверки общие ещё с { $n } ожиданиями
}
ledger-clinic = Учреждение { $id }
ledger-beside-watches = Остальное: списки, которые вы смотрели, и прежние ожидания
ledger-beside-clinics = Остальное: списки, которые вы смотрели
data-copy = Перенести на другой компьютер
data-copy-hint = В файл попадут ожидания и настройки.
data-export = Сохранить в файл
data-import = Взять из файла
import-plan = Что в этом файле
import-new = Добавятся
import-known = Уже есть
import-bad = Не добавятся
import-unreadable = Это ожидание не читается.
import-no-watches = Ожиданий в файле нет.
import-settings = Настройки из файла заменят нынешние: вид, язык, уведомления, проверки.
import-budget = { $n ->
    [one] Тогда будет в среднем до { $n } запроса в час.
   *[other] Тогда будет в среднем до { $n } запросов в час.
}
import-bursts = Проверять можно будет чаще в часы, когда обычно появляются талоны.
import-add = { $n ->
    [one] Добавить { $n } ожидание
    [few] Добавить { $n } ожидания
   *[many] Добавить { $n } ожиданий
}
import-settings-only = Взять настройки
data-exported = Файл сохранён.
data-imported = { $n ->
    [one] Добавлено { $n } ожидание.
    [few] Добавлено { $n } ожидания.
   *[many] Добавлено { $n } ожиданий.
}
data-demo = Учебный город
data-demo-hint = Выдуманный город, чтобы попробовать программу. Ваши ожидания он не трогает.
data-folders = Где лежат данные
data-folders-hint = Всё хранится только на этом компьютере.
folder-data = Ожидания, история, настройки
folder-cache = То, что можно скачать заново
folder-logs = Журнал работы
erase-title = Удалить все данные
erase-hint = Если передаёте компьютер другому или хотите начать сначала.
erase = Удалить всё
erase-ask = Удалить все данные?
erase-what = Исчезнут ожидания, события, история, настройки и журнал работы. Вернуть их нельзя. Ваши записи к врачам на сайте останутся.
erase-advice = Если ожидания ещё понадобятся, сначала сохраните их в файл.
erase-understood = Да, удалить насовсем
erase-confirm = Удалить всё
erased = Все данные удалены.
version = Версия { $version }
unofficial = Неофициальная программа
about-text = { -brand } не связан с Горздравом. Он смотрит на открытые страницы записи gorzdrav.spb.ru, как это делаете вы, только не устаёт. Записываетесь вы сами, на сайте.
about-private = Имена и данные пациентов программе не нужны. То, что вы выбрали, остаётся на этом компьютере. В Телеграм, на почту или на телефон уходят только оповещения, и только если вы их подключили.
selfcheck-title = Проверка
selfcheck-hint = Всё ли готово, чтобы дождаться талона.
trust-title = Сводки поликлиник
trust-hint = Поликлиника сообщает, сколько у неё талонов. Мы проверяем, правда ли это.
report-copy = Скопировать отчёт
report-copied = Отчёт скопирован. Личных данных в нём нет.
subject-network = Интернет
subject-service = Сайт записи
subject-clock = Часы компьютера
subject-database = Данные программы
subject-notifications = Уведомления
subject-tray = Значок рядом с часами
subject-autostart = Запуск вместе с компьютером
check-network-fine = Есть.
check-network-remark = Есть, но связь неустойчивая.
check-network-broken = Нет. Проверьте подключение.
check-service-fine = Отвечает.
check-service-remark = Отвечает медленно или просит паузы. Проверки продолжаются.
check-service-broken = Не отвечает. Если включён VPN, выключите его; если нет — подождите.
check-clock-fine = Идут верно.
check-clock-remark = Немного расходятся с точным временем.
check-clock-broken = Показывают неверное время. Включите точное время в настройках системы.
check-database-fine = В порядке.
check-database-remark = В порядке, есть замечание. Оно в отчёте.
check-database-broken = Не читаются или не сохраняются. Проверьте место на диске.
check-notifications-fine = Показываются.
check-notifications-remark = Могут не показываться: выключены в программе или включён режим «Не беспокоить».
check-notifications-broken = Система их не показывает. Как включить — в разделе «Помощь».
check-tray-fine = Есть.
check-tray-remark = В этой системе его нет, поэтому окно будет сворачиваться.
check-tray-broken = Показать не удалось, поэтому окно будет сворачиваться.
check-autostart-fine = Включён.
check-autostart-remark = Выключен. Включить можно в разделе «Запуск и значок».
check-autostart-broken = Включить не удалось. Добавьте программу в автозапуск в настройках системы.

## Help

help-how = Как это работает
help-how-1 = Вы выбираете поликлинику, врача и удобное время.
help-how-2 = Программа сама смотрит, не появился ли талон, — днём и ночью, пока компьютер включён и не спит.
help-how-3 = Когда талон появится, вы увидите уведомление в углу экрана и услышите звук.
help-how-4 = Нажмите «Записаться»: откроется сайт Горздрава, дальше записываетесь вы сами. Не медлите — талоны часто разбирают за минуты.
help-how-5 = Окно можно закрыть: проверки продолжатся. Остановить их совсем — «Выйти» в меню значка рядом с часами.
help-notify = Если уведомления не видно
help-selfcheck = Открыть проверку
help-none = Если талонов долго нет
help-none-text = Добавьте в ожидание ещё поликлинику или выберите любого врача: так шансов больше. Если помощь нужна скорее, позвоните в регистратуру или по телефону 122.
help-keys = Клавиши
keys-new = Новое ожидание
keys-search = Поле поиска на странице
keys-check = Проверить сейчас
keys-larger = Текст крупнее
keys-smaller = Текст мельче
keys-usual = Обычный размер текста
keys-remove = Больше не ждать (когда выбрано название ожидания)
keys-region = Следующая часть окна
keys-region-back = Предыдущая часть окна
keys-back = Назад, закрыть
keys-move = Двигаться по списку и вкладкам
keys-press = Нажать выбранное (можно и пробелом)

## Command palette

palette = Что сделать?
palette-field = Раздел, ожидание или действие
palette-list = Что можно сделать
palette-none = Ничего не нашли по запросу «{ $q }». Попробуйте «пауза», «текст» или название врача.
palette-count = { $n ->
    [one] Найден { $n } пункт
    [few] Найдено { $n } пункта
   *[many] Найдено { $n } пунктов
}
palette-watches = Ожидания
palette-actions = Действия
palette-all-watches = Все ожидания
