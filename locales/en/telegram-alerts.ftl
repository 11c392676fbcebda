### Telegram, English: what is said of an alert and of the program. ux.md, section 8.
### `<b>` is Telegram's; variables come in escaped.

tg-alert-found = 🟢 <b>{ $title }</b>
tg-alert-found-repeat = 🟢 <b>{ $title }</b> (repeated)
tg-alert-over = ⚪ <b>{ $title }</b>
tg-alert-nick = For: { $nick }
tg-alert-slot = • { $when }
tg-alert-slot-doctor = • { $when } — { $doctor }
tg-alert-more = and { $n } more
tg-alert-place = { $clinic }, { $address }
tg-alert-seen-at = Found at { $time }
# `tg-alert-seen-at` on a later day: `$when` is a day and a time.
tg-alert-seen-on = Found: { $when }
tg-alert-taken = Already taken: { $n }
tg-alert-gone = They were free for { $duration }. Still waiting.
tg-alert-started = The time of these slots has passed.
tg-alert-snoozed = Will remind you: { $when }
# `tg-alert-snoozed` within the day.
tg-alert-snoozed-at = Will remind you at { $time }
tg-alert-reminded = Reminded in a new message.
tg-alert-answered-seen = Read.
tg-alert-answered-acted = The booking page was opened.
tg-alert-answered-dismissed = Not suitable: these slots will not be shown again.
tg-alert-trial = A trial message. If you can see it, everything works.

tg-alert-book = Book on the site ↗
tg-alert-later = Later
tg-alert-dismiss = Not suitable
tg-alert-remove = Stop waiting

## News of the program itself.

tg-alert-silence = 🔴 <b>Slots are not being checked</b>
tg-alert-silence-since = No check has succeeded since { $time }. Watches: { $watches }.
tg-alert-silence-since-day = No check succeeds; the last one did: { $when }. Watches: { $watches }.
tg-alert-silence-offline = The computer has no internet.
tg-alert-silence-site = The booking site does not answer. Your settings are fine.
tg-alert-silence-blocked = A VPN seems to be on. The booking site often does not answer foreign addresses.
tg-alert-silence-clinic = The clinic does not answer: { $name }
tg-alert-recovered = 🟢 <b>Slots are being checked again</b>
tg-alert-recovered-gap = They were not checked for { $duration }, until { $time }.
tg-alert-chat-lost = One of the linked chats no longer takes messages. It can be linked again in the program: Settings → Telegram.
