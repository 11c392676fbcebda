### Talonchik, Russian (the source language): states, what is said about a watch,
### notifications, shared words. Loaded together with every other .ftl of this folder.
### Dates and times come in as ready text.

-brand = Талончик

## The tag of a watch's state: ux.md, section 3. `$when` is a time or a day with a time.

tag-found = Есть талоны: { $slots }
tag-waiting = Пока нет талонов
tag-unchecked = Сейчас проверим
tag-opened = Открыли день
tag-clinic-down = Поликлиника не отвечает
tag-no-online = Запись через интернет закрыта
tag-unbound = Врач не найден в списке
tag-site-down = Сайт записи не отвечает
tag-blocked = Похоже, включён VPN
tag-slowed = Проверяем реже
tag-offline = Нет интернета
tag-paused = Пауза до { $when }
tag-paused-off = Пауза
tag-expired = Срок вышел

## What is said about a watch and the program: ux.md, section 5.

found-title = Есть талоны · { $specialty }
found-body = Ближайший: { $when }. { $clinic }. Для: { $nick }
waiting = Пока нет талонов. Проверили в { $time }. Сообщим, как только появятся.
gone = Талоны разобрали. Были доступны { $duration }. Ждём дальше.
clinic-down = Поликлиника не отвечает. Её система записи недоступна, на сайте сейчас то же самое. Следующая попытка в { $time }.
no-online = Запись через интернет закрыта. Эта поликлиника сейчас не выдаёт талоны через интернет. Позвоните: { $phone } или 122. Проверяем раз в день и сообщим, если откроется.
site-down = Сайт записи не отвечает. Ваши настройки в порядке. Пробуем снова в { $time }. Последние данные — { $last }.
blocked = Похоже, включён VPN. Сайт записи часто не отвечает зарубежным адресам. Выключите VPN и нажмите «Проверить».
slowed = Проверяем реже. Сайт попросил делать паузы. Следующая проверка в { $time }.
offline = Нет интернета. Продолжим, когда связь появится.
impostor = Вместо сайта записи отвечает кто-то другой. Ему мы ничего не отправляем. Если это общая сеть, откройте браузер и войдите в неё. Дома выключите VPN и проверку соединений в антивирусе.
bad-certificate = Сертификат сайта записи не действует, поэтому талоны не проверяем. Посмотрите, верны ли дата и время на компьютере. Если верны, дело в сайте: будем пробовать снова.
stale = Данные за { $last }. С тех пор проверить не удалось.
asleep = Компьютер спал с { $from } до { $to }. В это время талоны не проверялись.
quiet = Тихие часы до { $time }. Проверяем как обычно, сообщим утром.
# `quiet` when they end after noon.
quiet-later = Тихие часы до { $time }. Проверяем как обычно, сообщим после них.
paused = Пауза до { $time }. Талоны не проверяются.
unbound = Не нашли этого врача в новом списке поликлиники. Выберите врача заново — остальное сохранится.
empty-home = Здесь появятся талоны, которых вы ждёте.
no-results = Ничего не нашли по запросу «{ $q }». Попробуйте номер или улицу, либо выберите район.
no-doctors = По этой специальности сейчас нет врачей с записью. Можно ждать — сообщим, когда появятся.
filters-hide = Под ваше время не подходит: { $n }. Показать все
close-hint = Окно закрыто, проверки продолжаются. Значок — рядом с часами.
no-tray = Значка рядом с часами в вашей системе нет, поэтому окно будет сворачиваться.
quit-ask = Выйти? Ждать талоны перестанем, пока вы не запустите программу снова.
test-ok = Пробное уведомление. Если вы его видите, всё работает.
field-required = Введите { $field }

# `no-online` when the clinic's phone is not known.
no-online-no-phone = Запись через интернет закрыта. Эта поликлиника сейчас не выдаёт талоны через интернет. Позвоните 122. Проверяем раз в день и сообщим, если откроется.
# `paused` when it ends only by hand.
paused-off = Пауза. Талоны не проверяются.
# `found-body` when the watch is for oneself.
found-body-self = Ближайший: { $when }. { $clinic }

## System notifications: ux.md, section 6. Title at most 45 characters, body at most 110.

notice-demo = Учебный: { $title }
notice-hidden = Есть талоны
notice-hidden-gone = Талоны разобрали
notice-one-title = Есть талон · { $specialty }
notice-one-body = { $when }. { $clinic }. Для: { $nick }
notice-one-body-self = { $when }. { $clinic }
notice-several-title = Есть талоны: { $slots } · { $specialty }
notice-many-title = Есть талоны по { $watches ->
    [one] { $watches } ожиданию
   *[other] { $watches } ожиданиям
}
notice-many-line = { $specialty } — { $when }
notice-many-more = ещё { $n }
notice-gone-title = Талоны разобрали · { $specialty }
notice-gone-body = Были { $duration }. Ждём дальше
notice-book = Записаться
notice-look = Посмотреть
notice-later = Позже

## Shared words: days, times, durations, places.

date = { $weekday }, { $day }
date-time = { $date }, { $time }
day-of-year = { $day } { $year } года
today = сегодня
tomorrow = завтра
# How long: the accusative, which «были …», «через …», «… назад», «за …» all take.
duration-moment = меньше минуты
duration-minutes = { $n ->
    [one] { $n } минуту
    [few] { $n } минуты
   *[many] { $n } минут
}
duration-hours = { $n ->
    [one] { $n } час
    [few] { $n } часа
   *[many] { $n } часов
}
duration-days = { $n ->
    [one] { $n } день
    [few] { $n } дня
   *[many] { $n } дней
}
duration-both = { $hours } { $minutes }
list-and = { $first } и { $last }
list-or = { $first } или { $last }

## When slots usually appear. `$time` is «8:00–8:15», `$n` of the chance «7–8» or «8».

clock-brief = Обычно появляются { $time }{ $days ->
    [mon] , по понедельникам
    [tue] , по вторникам
    [wed] , по средам
    [thu] , по четвергам
    [fri] , по пятницам
    [sat] , по субботам
    [sun] , по воскресеньям
    [workdays] , по будням
    [weekends] , по выходным
   *[any] { "" }
}
clock-habit = Чаще всего талоны появляются { $days ->
    [mon] по понедельникам в
    [tue] по вторникам в
    [wed] по средам в
    [thu] по четвергам в
    [fri] по пятницам в
    [sat] по субботам в
    [sun] по воскресеньям в
    [weekends] по выходным в
    [workdays] по будням в
   *[any] в
} { $time }: { $n ->
    [one] { $n } раз
    [few] { $n } раза
   *[many] { $n } раз
} из { $of }.
clock-next = В следующий раз, скорее всего, { $day } около { $time }.
clock-now = Сейчас как раз такое время.
clock-chance = При нынешней частоте проверок успеваем заметить талон примерно в { $n } из 10 таких дней.
clock-chance-low = При нынешней частоте проверок успеваем заметить талон не чаще чем в { $n } из 10 таких дней.

## A time wish in one sentence, made of these parts: «По будням после 17:00, не позже 10 декабря.»

wish-any = в любое время
wish-weekdays = по будням
wish-weekend = по выходным
wish-days = по { $days }
wish-mon = понедельникам
wish-tue = вторникам
wish-wed = средам
wish-thu = четвергам
wish-fri = пятницам
wish-sat = субботам
wish-sun = воскресеньям
wish-from = после { $from }
wish-to = до { $to }
wish-between = с { $from } до { $to }
wish-days-times = { $days } { $times }
wish-not-before = не раньше { $day }
wish-not-after = не позже { $day }
wish-except = кроме { $days }
wish-except-more = { $n ->
    [one] ещё { $n } дня
   *[other] ещё { $n } дней
}
wish-notice = хотя бы за { $duration } до приёма
wish-earlier = только раньше { $when }

## The table of a watch's history (CSV).

sheet-clinic = Поликлиника
sheet-doctor = Врач
sheet-slot = Талон на (московское время)
sheet-room = Кабинет
sheet-seen = Впервые увидели (московское время)
sheet-unseen-since = Не проверяли до этого с… (московское время)
sheet-gone = Не стало (московское время)
sheet-minutes = Был свободен, минут
sheet-came = Как появился
sheet-went = Что с ним стало
sheet-there = был при первой проверке
sheet-appeared = появился
sheet-appeared-since = появился, пока не проверяли
sheet-free = свободен
sheet-taken = разобрали
sheet-unclaimed = никто не занял
sheet-unknown = неизвестно

# News of the program itself
quiet-over-title = За тихие часы талоны появлялись { $times ->
    [one] { $times } раз
    [few] { $times } раза
   *[many] { $times } раз
}
quiet-over-left = Сейчас свободны: { $left }
quiet-over-none = Их уже разобрали. Ждём дальше
news-silence-title = Не можем проверить талоны
news-silence-offline = Нет интернета с { $time }
news-silence-site = Сайт записи не отвечает с { $time }
news-silence-blocked = Сайт записи не отвечает с { $time }. Возможно, включён VPN
news-silence-clinic = { $clinic } не отвечает с { $time }
news-recovered-title = Снова проверяем талоны
news-recovered-body = Не проверяли с { $from } до { $to }
news-chat-lost-title = Чат в Телеграме не принимает сообщения
news-chat-lost-body = «{ $chat }»: бот заблокирован или чат удалён. Подключите его заново в настройках
news-restored-title = Данные были повреждены
news-restored-copy = Восстановлены из копии: { $when }. Более новое могло пропасть
news-restored-none = Копии нет. Восстановлено, что удалось: проверьте свои ожидания
news-unsaved-title = Новое не сохраняется
news-unsaved-full = На диске нет места. Талоны проверяются. Освободите место на диске
news-unsaved-read-only = В папку с данными нельзя записать. Талоны проверяются
news-unsaved-busy = Файл с данными занят другой программой. Талоны проверяются
news-unsaved-failing = Диск даёт сбои. Талоны проверяются
news-more = Подробнее

## What a clinic's counts are worth.

trust-trusted = Сводке поликлиники можно верить.
trust-checking = Проверяем, можно ли верить сводке ({ $seen } из { $needed }).
trust-lists = Сводка поликлиники ошибалась: смотрим списки врачей.
trust-slots = Сводка поликлиники ошибалась: смотрим талоны у каждого врача.
