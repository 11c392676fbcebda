### What is told far from the computer by mail and push, English. Titles of slots are those of
### notifications. Dates and times come in as ready text, `$n` and `$watches` are numbers.

letter-heading = { $specialty }
letter-heading-for = { $specialty }. For: { $nick }
letter-slot = { $when } — { $doctor }
letter-slot-room = { $when } — { $doctor }, room { $room }
letter-when-room = { $when }, room { $room }
letter-more = and { $n } more
letter-place = { $clinic }, { $address }
letter-found = Found: { $when }
letter-book = Book on the site
letter-repeat = { $title } (repeat)
letter-repeated = The connection broke, and this message may have come already.
letter-hidden = The details are in the program on the computer.
letter-footer = Sent by { -brand } from your computer. To answer “Later” or “Not suitable”, use the program.
letter-trial-title = Test message · { -brand }
letter-trial = If you see it, everything works: a message about slots will come the same way.

## News of the program itself.

letter-silence-title = Slots cannot be checked
letter-silence-offline = The computer has no internet.
letter-silence-site = The booking site is not responding.
letter-silence-blocked = The booking site refuses. A VPN seems to be on.
letter-silence-clinic = The booking system is not responding: { $clinic }.
letter-silence-since = Last good check: { $when }. Watches not checked: { $watches }.
letter-recovered-title = Checking slots again
letter-recovered = The break lasted { $duration }. Checking again since { $time }.
letter-chat-lost-title = A Telegram chat takes no messages
letter-chat-lost = The bot was blocked or the chat was deleted. It can be linked again in the settings of the program.
