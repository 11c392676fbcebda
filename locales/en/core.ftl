### Talonchik, English: the same ids as ../ru/core.ftl, see there.

-brand = Talonchik

## The tag of a watch's state.

tag-found = Slots: { $slots }
tag-waiting = No slots yet
tag-unchecked = Checking now
tag-opened = New day opened
tag-clinic-down = Clinic not responding
tag-no-online = No online booking
tag-unbound = Doctor not in the list
tag-site-down = Booking site is down
tag-blocked = VPN may be on
tag-slowed = Checking less often
tag-offline = No internet
tag-paused = Paused until { $when }
tag-paused-off = Paused
tag-expired = Ended

## What is said about a watch and the program.

found-title = Slots available · { $specialty }
found-body = Earliest: { $when }. { $clinic }. For: { $nick }
waiting = No slots yet. Checked at { $time }. We will tell you as soon as there are.
gone = The slots are taken. They lasted { $duration }. Still watching.
clinic-down = The clinic is not responding. Its booking system is down; the website shows the same. Next try at { $time }.
no-online = Online booking is closed. This clinic offers no slots online now. Call { $phone } or 122. We check daily and will tell you if it opens.
site-down = The booking site is not responding. Your settings are fine. Next try at { $time }. Last data: { $last }.
blocked = A VPN may be on. The booking site often refuses foreign addresses. Turn it off and press Check.
slowed = Checking less often. The site asked us to slow down. Next check at { $time }.
offline = No internet. We will go on when you are connected.
impostor = Somebody else answers in place of the booking site. We send them nothing. On a shared network, open a browser and log in to it. At home, turn off the VPN and the checking of connections in the antivirus.
bad-certificate = The certificate of the booking site is not valid, so nothing is checked. See whether the date and time of this computer are right. If they are, it is up to the site: we will keep trying.
stale = Data from { $last }. Not checked since.
asleep = The computer slept from { $from } to { $to }. Nothing was checked then.
quiet = Quiet hours until { $time }. We keep checking and will tell you in the morning.
# `quiet` when they end after noon.
quiet-later = Quiet hours until { $time }. We keep checking and will tell you after them.
paused = Paused until { $time }. Slots are not being checked.
unbound = This doctor is not in the clinic's new list. Choose again; everything else is kept.
empty-home = The slots you are waiting for will appear here.
no-results = Nothing found for “{ $q }”. Try a number or a street, or choose a district.
no-doctors = No doctors can be booked for this specialty now. You can wait; we will tell you.
filters-hide = Outside your times: { $n }. Show all
close-hint = The window is closed, checking goes on. Look for the icon near the clock.
no-tray = Your system has no tray, so the window will be minimised instead.
quit-ask = Quit? We stop watching until you start the program again.
test-ok = Test notification. If you can see this, it works.
field-required = Enter { $field }

# `no-online` when the clinic's phone is not known.
no-online-no-phone = Online booking is closed. This clinic offers no slots online now. Call 122. We check daily and will tell you if it opens.
# `paused` when it ends only by hand.
paused-off = Paused. Slots are not being checked.
# `found-body` when the watch is for oneself.
found-body-self = Earliest: { $when }. { $clinic }

## System notifications.

notice-demo = Practice: { $title }
notice-hidden = Slots available
notice-hidden-gone = The slots are taken
notice-one-title = Slot available · { $specialty }
notice-one-body = { $when }. { $clinic }. For: { $nick }
notice-one-body-self = { $when }. { $clinic }
notice-several-title = Slots: { $slots } · { $specialty }
notice-many-title = Slots for { $watches ->
    [one] { $watches } watch
   *[other] { $watches } watches
}
notice-many-line = { $specialty } — { $when }
notice-many-more = { $n } more
notice-gone-title = Slots taken · { $specialty }
notice-gone-body = They lasted { $duration }. Still watching
notice-book = Book
notice-look = View
notice-later = Later

## Shared words: days, times, durations, places.

date = { $weekday }, { $day }
date-time = { $date }, { $time }
day-of-year = { $day } { $year }
today = today
tomorrow = tomorrow
duration-moment = less than a minute
duration-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}
duration-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
duration-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
duration-both = { $hours } { $minutes }
list-and = { $first } and { $last }
list-or = { $first } or { $last }

## When slots usually appear. `$time` is «8:00–8:15», `$n` of the chance «7–8» or «8».

clock-brief = Usually appear { $time }{ $days ->
    [mon] , on Mondays
    [tue] , on Tuesdays
    [wed] , on Wednesdays
    [thu] , on Thursdays
    [fri] , on Fridays
    [sat] , on Saturdays
    [sun] , on Sundays
    [workdays] , on weekdays
    [weekends] , at weekends
   *[any] { "" }
}
clock-habit = Slots appear most often { $days ->
    [mon] on Mondays at
    [tue] on Tuesdays at
    [wed] on Wednesdays at
    [thu] on Thursdays at
    [fri] on Fridays at
    [sat] on Saturdays at
    [sun] on Sundays at
    [weekends] at weekends at
    [workdays] on weekdays at
   *[any] at
} { $time }: { $n ->
    [one] once
   *[other] { $n } times
} out of { $of }.
clock-next = The next time is most likely { $day } at about { $time }.
clock-now = It is such a time right now.
clock-chance = Checking as often as now, we catch a slot on about { $n } out of 10 such days.
clock-chance-low = Checking as often as now, we catch a slot on no more than { $n } out of 10 such days.

## A time wish in one sentence, made of these parts: “On weekdays after 17:00, no later than 10 December.”

wish-any = at any time
wish-weekdays = on weekdays
wish-weekend = at weekends
wish-days = on { $days }
wish-mon = Mondays
wish-tue = Tuesdays
wish-wed = Wednesdays
wish-thu = Thursdays
wish-fri = Fridays
wish-sat = Saturdays
wish-sun = Sundays
wish-from = after { $from }
wish-to = before { $to }
wish-between = between { $from } and { $to }
wish-days-times = { $days } { $times }
wish-not-before = no earlier than { $day }
wish-not-after = no later than { $day }
wish-except = except { $days }
wish-except-more = { $n ->
    [one] { $n } more day
   *[other] { $n } more days
}
wish-notice = at least { $duration } ahead
wish-earlier = only before { $when }

## The table of a watch's history (CSV).

sheet-clinic = Clinic
sheet-doctor = Doctor
sheet-slot = Slot (Moscow time)
sheet-room = Room
sheet-seen = First seen (Moscow time)
sheet-unseen-since = Before that not checked since (Moscow time)
sheet-gone = Gone (Moscow time)
sheet-minutes = Was free, minutes
sheet-came = How it appeared
sheet-went = What became of it
sheet-there = there at the first check
sheet-appeared = appeared
sheet-appeared-since = appeared while nothing was checked
sheet-free = free
sheet-taken = taken
sheet-unclaimed = nobody took it
sheet-unknown = not known

# News of the program itself
quiet-over-title = Slots came { $times ->
    [one] once
   *[other] { $times } times
} in the quiet hours
quiet-over-left = Free now: { $left }
quiet-over-none = They are taken. Still watching
news-silence-title = We cannot check for slots
news-silence-offline = No internet since { $time }
news-silence-site = The booking site has not answered since { $time }
news-silence-blocked = The booking site has not answered since { $time }. A VPN may be on
news-silence-clinic = { $clinic } has not answered since { $time }
news-recovered-title = Checking for slots again
news-recovered-body = Nothing was checked from { $from } to { $to }
news-chat-lost-title = A Telegram chat takes no messages
news-chat-lost-body = “{ $chat }”: the bot is blocked or the chat was deleted. Link it again in the settings
news-restored-title = The data was damaged
news-restored-copy = Restored from the copy of { $when }. Anything newer may be missing
news-restored-none = There was no copy. What could be read was saved: look through your watches
news-unsaved-title = New data is not being saved
news-unsaved-full = The disk is full. Slots are still checked. Please free some space
news-unsaved-read-only = The data folder cannot be written to. Slots are still checked
news-unsaved-busy = Another program holds the data file. Slots are still checked
news-unsaved-failing = The disk is failing. Slots are still checked
news-more = Details

## What a clinic's counts are worth.

trust-trusted = This clinic’s summary can be trusted.
trust-checking = Checking whether the summary can be trusted ({ $seen } of { $needed }).
trust-lists = This clinic’s summary was wrong: we look at its lists of doctors.
trust-slots = This clinic’s summary was wrong: we look at each doctor’s slots.
