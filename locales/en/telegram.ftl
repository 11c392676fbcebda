### What the bot says to commands, links and presses. HTML; names come in escaped.
### Alerts are in telegram-alerts.ftl.

## Linking.

telegram-stranger = This chat is not linked. The code is shown in the program: Settings → Telegram.
telegram-asking = Now confirm on the computer.
telegram-linked = Done, this chat is linked. You will get a message here as soon as there are slots. The bot answers only while the computer is on and connected.
telegram-refused = Linking this chat was declined on the computer.
telegram-unlinked = This chat is unlinked. No more messages about slots here.
telegram-stop-ask = Unlink this chat? There will be no more messages about slots here.

## The menu of commands: at most 256 characters each.

telegram-command-status = What is going on
telegram-command-list = What we watch
telegram-command-check = Check now
telegram-command-on = Watch again
telegram-command-off = Stop watching
telegram-command-pause = Pause all checks
telegram-command-resume = Resume checks
telegram-command-quiet = Quiet mode
telegram-command-help = What the bot can do
telegram-command-stop = Unlink this chat
telegram-help = To watch for another doctor, send a link to them from the Gorzdrav website.
telegram-unknown = I understand the commands in the menu. To watch for something else, send a link from the Gorzdrav website or use the program on the computer.

## What is going on.

telegram-counts = Watching: { $watching }. Slots available: { $found }.
telegram-checked = Checked at { $time }.
telegram-checked-day = Checked: { $when }.
telegram-unchecked = Not checked yet.
telegram-since = The computer is on since { $time }.
telegram-since-day = The computer is on since: { $when }.
telegram-slept = It slept { $from }–{ $to }.
telegram-hushed = Quiet mode is on.
telegram-looking = Checking again…
telegram-nearest = Earliest: { $when }.
telegram-more = and { $n } more
telegram-list = What we watch:
telegram-nothing = Nothing is being watched yet. Send a link from the Gorzdrav website or add a watch in the program on the computer.
telegram-just-checked = Checked just now.

## Watches on and off.

telegram-button-on = No. { $n }: watch
telegram-button-off = No. { $n }: pause
telegram-button-remove = No. { $n }: remove
telegram-all = All
telegram-off-which = What should we stop checking?
telegram-on-which = What should we check again?
telegram-off-none = Nothing is being checked as it is.
telegram-on-none = Everything is being checked as it is.
telegram-off-done = Not checking: { $watch }. Watch again: /on
telegram-on-done = Watching again: { $watch }.
telegram-off-all = Nothing is being checked. Watch again: /on
telegram-on-all = Watching everything again.
telegram-no-such = There is no watch with this number. See /list for the numbers
telegram-remove-ask =
    Stop watching?
    { $watch }
    Sure?
telegram-removed = Not watching any more: { $watch }. It can be restored in the program for a day.
telegram-kept = All right, everything stays as it was.
telegram-yes = Yes
telegram-no = No

## The pause and the quiet mode.

telegram-pause-which = For how long should checks pause?
telegram-pause-hour = 1 hour
telegram-pause-morning = Until tomorrow, 8:00
telegram-pause-open = Until I resume
telegram-paused = { $paused } Resume: /resume
telegram-resumed = Checking again.
telegram-not-paused = There is no pause, we check as usual.
telegram-paused-own = Until { $time } we do not check anything this chat is told of. Resume: /resume
telegram-paused-own-open = We do not check anything this chat is told of any more. Resume: /resume
telegram-paused-elsewhere = { $paused } Checks can be resumed in the program on the computer.
telegram-quiet-on = Quiet mode is on: notifications and messages make no sound.
telegram-quiet-off = Quiet mode is off.
telegram-quiet-hours = Quiet hours: { $from } to { $to }.
telegram-quiet-none = There are no quiet hours.
telegram-quiet-turn-on = Turn on
telegram-quiet-turn-off = Turn off
telegram-quiet-elsewhere = Quiet mode is switched in the program on the computer.

## A link of the booking site.

telegram-offer =
    Watch for a slot?
    { $watch }
    { $wish }
telegram-wait = Watch
telegram-added = Watching: { $watch }. We will tell you as soon as there are slots.
telegram-known = This is being watched already: { $watch }.
telegram-link-bad = This link could not be read. Copy it whole from the Gorzdrav website and send it again.
telegram-link-incomplete = This link names no doctor or specialty. Open the list of doctors on the Gorzdrav website and send the link from there.
telegram-link-failed = The booking site is not responding now. Send the link again a little later.
telegram-link-unfit = This cannot be watched. Add a watch in the program on the computer.

## Short answers to presses: no HTML.

telegram-stale = This button is out of date
telegram-answer-later = I will remind you in 15 minutes
telegram-answer-dismiss = These slots will not be shown again
telegram-answer-seen = Noted
