### The desktop program outside its window, Russian: tray menu, dialogs.

## Tray menu: ux.md, section 7. `$slots` and `$watches` are numbers, `$time` is ready text.

tray-found = ✓ Есть талоны: { $slots } — { $specialty }
tray-found-for = ✓ Есть талоны: { $slots } — { $specialty }, { $nick }
tray-waiting = Ждём талоны: { $watches }
tray-waiting-checked = Ждём талоны: { $watches } · проверили в { $time }
tray-nothing = Пока ничего не ждём
tray-paused = Пауза
tray-paused-until = Пауза до { $time }
tray-offline = Нет интернета
tray-offline-since = Нет интернета · проверили в { $time }
tray-site-down = Сайт записи не отвечает
tray-site-down-since = Сайт записи не отвечает · проверили в { $time }
tray-blocked = Похоже, включён VPN
tray-impostor = Отвечает не сайт записи
tray-bad-certificate = Сертификат сайта записи не действует
tray-silent = Не можем проверить талоны с { $time }
tray-unsaved = Новое не сохраняется. Талоны проверяются
tray-demo = Учебный город. { $status }
tray-open = Открыть { -brand }
tray-check = Проверить сейчас
tray-just-checked = Проверили только что
tray-pause = Пауза
tray-pause-half-hour = 30 минут
tray-pause-hour = 1 час
tray-pause-morning = До завтра, 8:00
tray-pause-endless = Пока не включу
tray-hush = Тихий режим
tray-resume = Продолжить
tray-settings = Настройки…
tray-quit = Выйти
tray-tooltip = { -brand }: { $status }
tray-tooltip-found = { -brand }. { $status }. Есть: { $slots }

## Dialogs and one-time notifications.

window-hint-title = { -brand } ждёт дальше
window-minimised-title = { -brand } свёрнут
trial-title = { -brand }
start-demo-title = Учебный город не открылся
start-demo = Попробуйте ещё раз. Подробности — в журнале программы.
start-in-use-title = { -brand } уже работает
start-in-use = С этими данными уже работает другая программа: { -brand } или talonctl. Закройте её и запустите эту снова.
start-newer-title = Данные новее программы
start-newer = Данные записала более новая версия. Установите её: старая могла бы их испортить.
start-storage-title = Не удалось открыть данные
start-storage = Проверьте, что на диске есть место и папка доступна для записи: { $folder }
export-title = Сохранить ожидания и настройки
import-title = Загрузить ожидания и настройки
export-file = talonchik-{ $date }.json
file-kind = Файл { -brand }
history-title = Сохранить историю ожидания
history-file = talonchik-istoriya-{ $date }.csv
history-kind = Таблица CSV
