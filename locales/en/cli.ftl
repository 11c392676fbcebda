### talonctl, English: the same ids as ../ru/cli.ftl, see there.

## Help.

cli-heading-usage = Usage:
cli-heading-commands = Commands
cli-heading-options = Options
cli-heading-common = For every command
cli-heading-arguments = Arguments
cli-help = talonctl: { -brand } without a window waits for a doctor's appointment and tells you the moment one appears
cli-help-districts = Districts of the city
cli-help-clinics = Clinics: all, of one district, or by number, name or street
cli-help-specialties = Specialties of a clinic
cli-help-doctors = Doctors of a specialty
cli-help-slots = Free slots of a doctor
cli-help-watch = Watches: add, show, switch on or off, remove
cli-help-watch-add = Wait for a slot: by ids of clinic and specialty, or by a link
cli-help-watch-list = All watches
cli-help-watch-show = One watch with everything known about it
cli-help-watch-on = Go on waiting
cli-help-watch-off = Stop waiting, keep the watch
cli-help-watch-remove = Remove the watch
cli-help-status = One line per watch: state, when checked, slots now
cli-help-check = Check now
cli-help-run = Check and tell until stopped
cli-help-history = Slots that were seen, with how long they lasted
cli-help-export = Save watches and settings to a file
cli-help-import = Add watches and settings from a file
cli-help-channels = Ways to tell: one line each
cli-help-telegram = Telegram: your own bot, its chats, the way to it
cli-help-telegram-token = Take the token of a bot from standard input
cli-help-telegram-link = Link a chat: show the link and wait until it is opened
cli-help-telegram-chats = The chats
cli-help-telegram-unlink = Unlink a chat
cli-help-telegram-way = The way to Telegram: proxy, address of the Bot API
cli-help-telegram-forget = Forget the bot, its chats and its token
cli-help-mail = E-mail: letters from your own mailbox
cli-help-mail-set = Set up e-mail; the password comes from standard input
cli-help-mail-off = Send no mail, keep the settings
cli-help-mail-forget = Forget the server and its password
cli-help-push = Push: ntfy or a webhook
cli-help-push-set = Set up: the address and the token, if any, come from standard input, a line each
cli-help-push-forget = Forget the address and the token
cli-help-try = Send a trial message in every way
cli-help-doctor = Check the network, the site, the clock, the database and the channels
cli-help-simulate = Open the practice city on this computer
cli-arg-data-dir = Where to keep data (usually where { -brand } with its window does)
cli-arg-api-base = The service to ask instead of the real one
cli-arg-lang = Language: ru or en (usually the system's)
cli-arg-budget = Requests per hour; at most 720 for the real service
cli-arg-passphrase-file = A file with the passphrase that tokens and passwords are kept under where the system has no key store: its first line. Found by itself: $CREDENTIALS_DIRECTORY/talonchik-passphrase (systemd: LoadCredential=talonchik-passphrase:FILE)
cli-arg-json = Answer in JSON: one document, or one line per event
cli-arg-verbose = Log to standard error; -vv for more
cli-arg-help = Show help
cli-arg-version = Show the version
cli-arg-district = Only of this district
cli-arg-search = Number, name, street or district
cli-arg-clinic = Clinic id: talonctl clinics
cli-arg-specialty = Specialty id: talonctl specialties
cli-arg-doctor = Doctor id: talonctl doctors
cli-arg-watch-add-doctor = A doctor who will do; may be repeated; any without it
cli-arg-link = A link of gorzdrav.spb.ru instead of ids
cli-arg-days = Days of the week: mon,tue,wed,thu,fri,sat,sun
cli-arg-from = Not before this time of day
cli-arg-to = Before this time of day
cli-arg-not-before = The first day that suits: 2026-11-24
cli-arg-not-after = The last day that suits: 2026-11-24
cli-arg-notice = Time needed to get there: 30m, 2h, 1d
cli-arg-nickname = Whom it is for: mum
cli-arg-id = Watch id: talonctl watch list
cli-arg-check-id = Only this watch
cli-arg-limit = Stop after: 90s, 10m, 2h
cli-arg-watch = Watch id: talonctl watch list
cli-arg-history-trace = JSON lines for comparing ways of checking; all watches without --watch
cli-arg-file = The file; “-” is standard input or output
cli-arg-yes = Do not ask: link the chat that opens the link
cli-arg-telegram-unlink-id = Chat id: talonctl telegram chats
cli-arg-proxy-from-stdin = Take the address of a proxy from standard input; an empty line: no proxy
cli-arg-api = Address of the Bot API; default is Telegram's
cli-arg-server = Mail server: smtp.yandex.ru
cli-arg-mail-set-port = Its port: 465, 587
cli-arg-security = How the connection is secured: tls or starttls
cli-arg-login = Login: usually the address
cli-arg-mail-set-from = The sender; usually the login
cli-arg-mail-set-to = Whom to write to
cli-arg-kind = What it is: ntfy or webhook
cli-arg-seed = Which city: the same number is the same city (usually 1)
cli-arg-speed = How many times faster its clock runs (usually 1)
cli-arg-port = The port; 0 takes a free one (usually 0)
cli-arg-world = How slots appear: lively, quiet, S0, S1, S2, S3, S4 (usually lively)
cli-arg-fault = What to break: code-602, html-502, latency-5 and others; may be repeated

## Wrong usage.

cli-usage-help = Help: talonctl --help
cli-usage-unknown = There is no option “{ $argument }”.
cli-usage-command = There is no command “{ $name }”.
cli-usage-missing = Missing: { $arguments }.
cli-usage-subcommand = No command was given.
cli-usage-conflict = These do not go together: { $argument } and { $other }.
cli-usage-no-value = No value for { $argument }.
cli-usage-value = “{ $value }” does not do for { $argument }: { $expected }.
cli-expected-one-of = one of { $values } is expected
cli-expected-number = a number is expected
cli-expected-duration = a duration is expected, such as 90s, 30m, 2h, 1d
cli-expected-day = days of the week are expected: mon,tue,wed,thu,fri,sat,sun
cli-expected-date = a date is expected, such as 2026-11-24
cli-expected-time = a time is expected, such as 17:00
cli-expected-url = an address that begins with http:// or https:// is expected
cli-expected-api = an address that begins with http:// or https:// is expected, or default
cli-expected-id = an id is expected
cli-expected-speed = a number above zero is expected
cli-expected-world = one of lively, quiet, S0, S1, S2, S3, S4 is expected
cli-expected-fault = one of { $names } is expected

## Why a command failed.

cli-error-budget = The real service may be asked at most { $ceiling } times an hour: lower --budget.
cli-error-home = The system tells no folder for data: give --data-dir.
cli-error-output = The answer could not be printed: { $why }.
cli-error-input = The input could not be read: { $why }.
cli-error-file = The file { $file } could not be read or written: { $why }.
cli-error-port = Port { $port } cannot be used: { $why }.
cli-error-runtime = The program could not start: { $why }.
cli-error-database = Data could not be read or written: { $why }.
cli-error-secrets = Passwords are not available: { $why }
cli-secrets-locked = Tokens and passwords are locked: give a file with the passphrase in --passphrase-file.
cli-secrets-undecided = The system has no key store: make up a passphrase and give a file with it in --passphrase-file.
cli-secrets-wrong = That is not the passphrase: tokens and passwords stay locked.
cli-secrets-damaged = The file of tokens and passwords is damaged.
cli-secrets-newer = A newer version of { -brand } wrote the file of tokens and passwords: install it.
cli-error-channel = It did not work: { $why }.
cli-error-offline = No internet: nothing could be checked.
cli-error-blocked = The booking site refuses this address: a VPN may be on.
cli-error-refused = The service { $service } takes no connections: is it running?
cli-error-slowed = The booking site asked to slow down: try again later.
cli-error-clinic = The clinic is not responding: its booking system is down (code { $code }).
cli-error-site = The booking site is not responding: try again later.
cli-start-in-use = Another program is working with this data, the { -brand } window or talonctl: close it or give another folder ({ $folder }).
cli-start-newer = A newer version of { -brand } wrote this data: install it ({ $folder }).
cli-start-folder = The data folder { $folder } cannot be opened: { $why }.
cli-start-database = The database in { $folder } cannot be opened: { $why }.
cli-start-client = The connection could not be set up: { $why }.
cli-no-clinic = There is no such clinic: talonctl clinics shows the ids.
cli-no-specialty = There is no such specialty in this clinic: talonctl specialties shows the ids.
cli-no-watch = There is no such watch: talonctl watch list shows the ids.
cli-no-bot = There is no bot yet: give its token to talonctl telegram token
cli-no-chat = There is no such chat: talonctl telegram chats shows the ids.
cli-no-district = There is no such district: talonctl districts shows the ids.
cli-no-such = There is no such thing.
cli-bad-link = This is not a booking link of gorzdrav.spb.ru.
cli-problem-place = No clinic and specialty: a link must lead at least to a specialty.
cli-problem-places = Too many clinics: at most 20.
cli-problem-repeated = The same specialty of the same clinic was given twice.
cli-problem-id = An id is empty or too long.
cli-problem-doctors = There must be 1 to 100 doctors.
cli-problem-nickname = The name in --for is longer than 40 characters.
cli-problem-range = The time “from” must be before the time “to”.
cli-problem-rules = Too many rules of time.
cli-problem-dates = The first day is after the last.
cli-problem-past = The last day has passed.
cli-problem-notice = At most 60 days can be kept for getting there.
cli-problem-long = The text is too long.
cli-problem-file = This is not a file of { -brand } watches.
cli-problem-budget = There must be 30 to 720 requests per hour.
cli-problem-token = This is not the token of a bot: it looks like 123456789:AAH4f… Copy all of it from BotFather's message.
cli-problem-proxy = This is not the address of a proxy: it begins with http:// or socks5://
cli-problem-address = The address will not do: does it begin with https://, and is all of it here?
cli-problem-server = Check the mail server and the port.
cli-problem-mail-address = Check the address: it looks like ivanova@yandex.ru
cli-problem-password = A password is needed: there is none for this server and login yet.
cli-problem-passphrase = The passphrase is too short: at least 8 characters are needed.

## Tables.

cli-id = ID
cli-district = District
cli-clinic = Clinic
cli-address = Address
cli-specialty = Specialty
cli-doctor = Doctor
cli-note = Note
cli-free = Free
cli-soonest = Earliest
cli-when = When
cli-room = Room
cli-seen = First seen
cli-lasted = Lasted
cli-watch = Watch
cli-for = For
cli-wish = When it suits
cli-state = State
cli-checked = Checked
cli-slots-now = Slots
cli-as-of = Data from { $when } ({ $age } ago).
cli-stale = { $when } (out of date)
cli-slots-soonest = { $slots }, earliest { $when }
cli-slot-room = { $when }, room { $room }
cli-lasts = still there at { $when }
cli-more-places = { $name } and { $n ->
    [one] { $n } more place
   *[other] { $n } more places
}

## Answers.

cli-read-as = Searched for “{ $text }”: another keyboard layout may have been on.
cli-not-found = Nothing found for “{ $q }”: try a number, a street or a district.
cli-no-clinics = No clinics can be booked in this district.
cli-no-online = Online booking is closed. Call { $phone } or 122.
cli-no-online-no-phone = Online booking is closed. Call 122.
cli-no-slots = No free slots.
cli-slots-old = It could not be checked now: the data are from { $when }.
cli-no-watches = No watches. Add one: talonctl watch add --clinic ID --specialty ID
cli-no-history = No slots have been seen yet.
cli-unchecked = Not checked yet.
cli-slots = These suit:
cli-others = These do not suit:
cli-show-for = For: { $nick }
cli-doctors-any = Any doctor
cli-doctors-only = Doctors: { $names }
cli-doctors-except = Any doctor but: { $names }
cli-stranger = Doctor { $id } is not on the list now; we will wait, but check the id.
cli-watch-added = Watch { $id }: { $name }. { $wish } Check now: talonctl check { $id }; wait: talonctl run
cli-watch-on = Watch { $id } is on: { $name }.
cli-watch-off = Watch { $id } is off: { $name }.
cli-watch-removed = Watch { $id } is removed: { $name }.
cli-exported = Saved to { $file }: { $watches ->
    [one] { $watches } watch
   *[other] { $watches } watches
} and the settings.
cli-imported = Watches added: { $watches }. Already here or unusable: { $skipped }.
cli-check-paused = Watch { $id } is paused. Switch it on: talonctl watch on { $id }
cli-check-expired = Watch { $id } has ended: there is nothing to check.
cli-check-failed = Not everything could be checked: { $why } ({ $clinics ->
    [one] { $clinics } clinic
   *[other] { $clinics } clinics
}).
cli-simulating = The practice city is open: { $base }
    Look around: talonctl --api-base { $base } --data-dir FOLDER --budget 100000 clinics
    Close: Ctrl+C

## Channels.

cli-channel = Way
cli-channel-waiting = Waiting
cli-channel-where = Where to
cli-channel-no-chats = @{ $bot }: no chats
cli-channel-off = off
cli-channel-locked = its token or password is locked
cli-channel-ready = set up
cli-channel-works = works, { $when }
cli-channel-failing = not working since { $since }: { $why }
cli-key-store-system = in the system's key store
cli-key-store-sealed = in a file under a passphrase, unlocked
cli-key-store-locked = in a file under a passphrase, locked
cli-key-store-memory = until the program ends
cli-key-store-none = there is none
cli-key-store-refused = the system's key store is locked
cli-untold-over = there is nothing to say any more
cli-untold-off = switched off
cli-untold-quiet = these are quiet hours
cli-untold-starting = still starting
cli-untold-absent = there is nothing to take it
cli-untold-silent = there was no answer
cli-untold-refused = the message was refused
cli-untold-ladder = an answer on the screen is waited for first
cli-untold-unreachable = no connection
cli-untold-busy = we are asked to wait
cli-untold-token = the token or password is not accepted
cli-untold-blocked = the recipient takes no messages
cli-untold-locked = the token or password is locked
cli-untold-conflict = another program reads the bot
cli-ask-passphrase = Passphrase of tokens and passwords
cli-ask-new-passphrase = Make up a passphrase for tokens and passwords
cli-ask-token = Token of the bot
cli-ask-proxy = Address of the proxy (empty: none)
cli-ask-password = Password of the mailbox
cli-ask-address = Address
cli-ask-push-token = Token (empty: none)
cli-passphrase-open = Every user of this computer can read the file with the passphrase: close it (chmod 600 { $file }).
cli-telegram-bot = The bot @{ $bot } is accepted. Link a chat: talonctl telegram link
cli-telegram-forgotten = The bot, its chats and its token are forgotten.
cli-link = Open this in Telegram and press “Start”: { $url }
    The link is good until { $until }.
cli-link-ask = Link the chat “{ $chat }”?
cli-link-nobody = There is nobody to ask about the chat: run this in a terminal or with --yes.
cli-link-over = Nobody opened the link; it is not good any more.
cli-link-refused = The chat is not linked.
cli-linked = The chat “{ $chat }” is linked, its id is { $id }.
cli-unlinked = The chat is unlinked.
cli-no-chats = No chats. Link one: talonctl telegram link
cli-chat = Chat
cli-chat-asking = waits for your yes
cli-chat-linked = linked
cli-chat-blocked = takes no messages
cli-way = Telegram: { $api }, no proxy.
cli-way-proxy = Telegram: { $api }, by a proxy.
cli-way-telegrams = the usual address
cli-mail-set = E-mail is set up and goes to { $to }. Try it: talonctl try
cli-mail-off = E-mail is off.
cli-mail-forgotten = The server and its password are forgotten.
cli-push-set = Push is set up: { $host }. Try it: talonctl try
cli-push-forgotten = The address and the token are forgotten.
cli-try-nothing = There is nothing to try: set up Telegram, e-mail or push.
cli-try-failed = Messages that did not get through: { $n }.
## run.

cli-run-started = Waiting for slots: { $watches ->
    [one] { $watches } watch
   *[other] { $watches } watches
}. Stop: Ctrl+C
cli-run-nothing = There is nothing to wait for. Stop this program and add a watch (talonctl watch add).
cli-run-channels = We also tell by: { $names }.
cli-run-locked = Without their token or password these do not work: { $names }. To open it, give a file with the passphrase in --passphrase-file.
cli-run-paused = Everything is paused: nothing is being checked.
cli-run-paused-until = Everything is paused until { $when }: nothing is being checked.
cli-poll = { $time }  { $what }: { $result }
cli-poll-specialties = the list of specialties is here
cli-poll-no-specialties = online booking is closed
cli-poll-doctors = the list of doctors is here
cli-poll-no-doctors = no doctors can be booked
cli-poll-slots = slots, none of them new
cli-poll-new = new slots: { $n }
cli-poll-no-slots = no slots
cli-poll-unavailable = the clinic or the site is not responding
cli-poll-unavailable-code = the clinic is not responding (code { $code })
cli-poll-blocked = the site refuses this address or asks to slow down
cli-poll-offline = no internet
cli-repeat = Again: { $text }
cli-gone = The slots are taken · { $specialty }, { $clinic }. They lasted { $duration }.

## doctor.

cli-doctor-what = What
cli-doctor-verdict = Result
cli-doctor-detail = Details
cli-doctor-network = Internet
cli-doctor-service = Booking site
cli-doctor-clock = Computer's clock
cli-doctor-database = Database
cli-doctor-notifications = Notifications
cli-doctor-tray = Tray icon
cli-doctor-autostart = Autostart
cli-doctor-key-store = Key store
cli-doctor-telegram = Telegram
cli-doctor-mail = E-mail
cli-doctor-push = Push
cli-doctor-channels = Channels
cli-doctor-requests = Requests
cli-doctor-summary = Summary: { $clinic }
cli-doctor-fine = fine
cli-doctor-remark = with a remark
cli-doctor-not-fine = not working
cli-doctor-no-clock = nothing to compare with: the site did not answer
cli-doctor-stdout = talonctl run tells on standard output
cli-doctor-requests-detail = today { $today } of { $day }, in the last hour { $hour } of { $budget }
cli-doctor-waiting = waiting to be printed: { $n }
cli-doctor-dead = not delivered: { $n }
cli-doctor-broken = Not working: { $names }.
