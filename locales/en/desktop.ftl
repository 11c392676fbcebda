### The desktop program outside its window, English: tray menu, dialogs.

## Tray menu: ux.md, section 7. `$slots` and `$watches` are numbers, `$time` is ready text.

tray-found = ✓ Slots: { $slots } — { $specialty }
tray-found-for = ✓ Slots: { $slots } — { $specialty }, { $nick }
tray-waiting = Watching { $watches }
tray-waiting-checked = Watching { $watches } · checked { $time }
tray-nothing = Watching nothing yet
tray-paused = Paused
tray-paused-until = Paused until { $time }
tray-offline = No internet
tray-offline-since = No internet · checked { $time }
tray-site-down = The booking site is not responding
tray-site-down-since = The booking site is not responding · checked { $time }
tray-blocked = A VPN may be on
tray-impostor = Not the booking site answers
tray-bad-certificate = The booking site’s certificate is not valid
tray-silent = Cannot check for slots since { $time }
tray-unsaved = New data is not being saved. Slots are checked
tray-demo = Practice city. { $status }
tray-open = Open { -brand }
tray-check = Check now
tray-just-checked = Checked just now
tray-pause = Pause
tray-pause-half-hour = 30 minutes
tray-pause-hour = 1 hour
tray-pause-morning = Until tomorrow, 8:00
tray-pause-endless = Until I resume
tray-hush = Quiet mode
tray-resume = Resume
tray-settings = Settings…
tray-quit = Quit
tray-tooltip = { -brand }: { $status }
tray-tooltip-found = { -brand }. { $status }. Slots: { $slots }

## Dialogs and one-time notifications.

window-hint-title = { -brand } keeps watching
window-minimised-title = { -brand } is minimised
trial-title = { -brand }
start-demo-title = The practice city did not open
start-demo = Please try again. Details are in the program's log.
start-in-use-title = { -brand } is already running
start-in-use = Another program uses this data: { -brand } or talonctl. Close it and start this one again.
start-newer-title = The data is newer than the program
start-newer = A newer version wrote this data. Install it: an older one could damage it.
start-storage-title = The data cannot be opened
start-storage = Check that the disk has room and the folder can be written: { $folder }
export-title = Save watches and settings
import-title = Load watches and settings
export-file = talonchik-{ $date }.json
file-kind = { -brand } file
history-title = Save the history of a watch
history-file = talonchik-history-{ $date }.csv
history-kind = CSV table
