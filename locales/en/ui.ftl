### Talonchik, English: the same ids as ../ru/ui.ftl, see there.

app-name = { -brand }

## Shared buttons and small words

add = Add
back = Back
calendar = Calendar
call = Call
cancel = Cancel
change = Change
change-what = Change: { $what }
check = Check
check-again = Check again
check-now = Check now
check-failed = The check failed.
checked = Checked.
checked-at = Checked at { $time }
checking = Checking…
clear = Clear
close = Close
copied = Copied.
copy = Copy
copy-what = Copy: { $what }
copy-failed = Could not copy. Select the text and press Ctrl + C.
details = Details
edit = Edit
extend = Extend
field-error = Error:
loading = Loading
messages = Messages
more = More
next = Continue
no = No
yes = Yes
quit = Quit
quit-title = Quit the program
stay = Stay
refresh = Refresh
resume = Resume
retry = Try again
room = room { $room }
save = Save
saved = Saved.
saves-itself = Every change is saved at once.
unsaved = Not saved yet.
unsaved-wrong = Not saved: correct the error above.
done = Done
show-more = Show more: { $n }
show-earlier = Show earlier ones
understood = Got it
undo = Undo
day-yesterday = yesterday
soon = a moment
moscow-time = All times are Moscow time.

## Shell

nav = Sections
nav-menu = Menu
nav-close = Close menu
nav-watches = Watching
nav-find = Find a doctor
nav-inbox = Inbox
nav-settings = Settings
nav-help = Help
nav-unanswered = { $n ->
    [one] { $n } alert waits for an answer
   *[other] { $n } alerts wait for an answer
}
demo-name = Practice city
demo-strip = Practice city — these slots are not real
demo-enter = Enter the practice city
demo-leave = Leave the practice city

## Failures: what happened, and what to do

error-not-found = This is no longer here: it was removed or changed. Go back to the list.
error-invalid = The program could not accept this. Check that everything is filled in.
error-bad-link = This link is not recognised. Copy the whole address of a booking page on gorzdrav.spb.ru.
error-offline = No internet. Check the connection and press Try again.
error-blocked = A VPN may be on. The booking site often refuses foreign addresses. Turn it off and press Try again.
error-slowed = The booking site asked us to pause. Try again in a minute.
error-clinic-down = The clinic is not responding. Its booking system is down; the website shows the same. Try again later.
error-site-down = The booking site is not responding. Your settings are fine. Try again later.
error-storage = Data on this computer could not be read or saved. Check that there is space on the disk.
error-unknown = Something did not work. Try again; if that does not help, restart the program.

problem-no-place = Choose a clinic and a specialty.
problem-too-many-places = One watch can hold at most 20 clinics.
problem-repeated-place = The same clinic with the same specialty is added twice. Remove one.
problem-bad-id = The clinic or the doctor could not be read. Choose them again.
problem-no-doctor = Tick at least one doctor.
problem-long-nickname = The name is too long: at most 40 characters.
problem-empty-range = The “to” time must be later than the “from” time.
problem-too-many-rules = Too many time ranges or excluded dates. Remove some.
problem-dates-reversed = “Not after” comes before “Not before”. Change one of the dates.
problem-past = The last day has passed. Choose a later one.
problem-long-notice = The time before the visit is too long: at most 60 days.
problem-too-long = Too much text.
problem-bad-file = This is not a file of { -brand }. Choose another.
problem-bad-budget = Requests an hour can be from 30 to 720.

## First run

welcome-hello = Hello. I will help you get a doctor’s appointment
welcome-who = Who needs a doctor?
welcome-clinic = Where to look?
welcome-specialty = Which doctor?
welcome-doctors = Anyone in particular?
welcome-time = When does it suit you?
welcome-tell = How to tell you?
welcome-done = All set
welcome-step = Step { $n } of { $of }
welcome-start = Start
welcome-finish = Finish
welcome-file = I have a settings file
welcome-demo = Try it in the practice city
welcome-leave = Skip, I will set it up later
welcome-done-text = We are watching for a slot for you. You can close the window: the program stays near the clock. Nothing is checked while the computer is off or asleep.
tell-switches = Sound and start-up
who-label = Who needs a doctor?
who-title = For whom
who-me = Me
who-other = Someone close to me
who-name = What should we call them?
who-name-hint = For example: Mum
who-name-error = Write what to call them, for example “Mum”.

## Trial notification

trial-heading = Test notification
trial-hint = This is how you know you will not miss a slot.
trial-show = Show a test notification
trial-again = Show it again
trial-seen = Do you see it in the corner of the screen?
trial-fine = Good. This is how we will tell you about a slot.
trial-fix = How to turn notifications on
trial-fix-steps = What to do
trial-fix-open = Open notification settings
trial-fix-not-opened = The settings did not open by themselves. Find them as described above.
trial-fix-try = Try it
trial-fix-still = If the notification still does not appear, keep the window open on “Watching”: slots are told there too.
trial-fix-windows =
    Open Settings → System → Notifications and turn them on.
    In the list of apps below, turn them on for { -brand }.
    Turn off Do not disturb (the bell near the clock).
trial-fix-mac =
    Open System Settings → Notifications → { -brand } and allow notifications.
    Choose the Alerts style so that a message does not vanish by itself.
    Turn off Focus in the menu bar.
trial-fix-linux =
    Open Settings → Notifications and turn them on, for { -brand } too.
    Turn off Do not disturb.
    If your system shows no notifications at all, ask whoever set the computer up to install a program for them.
trial-fix-inbox = Even without notifications nothing is lost: every slot is kept in the Inbox.

## Choosing: clinic, specialty, doctors

crumbs = Your choice
crumb-clinic = Clinic
crumb-specialty = Which doctor
crumb-doctors = Anyone in particular
crumb-time = When it suits
clinic-search = Number, name, street or district
clinic-district-choose = Choose a district
clinic-district-is = { $district } district.
clinic-district-name = { $district } district
clinic-district-clear = All districts
clinic-districts = Districts
clinic-list = Clinics
clinic-own = You chose before
clinic-list-empty = The list of clinics is still loading. It will appear by itself.
clinic-count = { $n ->
    [one] { $n } clinic
   *[other] { $n } clinics
}
clinic-read-as = Showing results for “{ $q }”
clinic-other = Choose another clinic
link-read = The link points to: { $what }
link-use = Choose this
link-shallow = This link names no clinic. Find it by number or street.
specialty-search = Name of the specialty
specialty-list = Specialties
specialty-none = There is no such specialty in the list: “{ $q }”. Try another beginning.
specialty-alike = As in the first clinic
specialty-with-slots = With slots
specialty-without = No slots now
specialty-means = “{ $q }” may be:
specialty-all = Show all specialties
specialty-missing = The doctor you need is not here?
free-some = slots: { $n }
free-none = no slots now
free-now = There are slots already
free-more = And { $n } more
free-wait = Wait for another time
book = Book
book-opening = Opening the Gorzdrav site in your browser. Book there.
book-copy = Copy the link
book-demo = This is the practice city: the site stays closed. With a real slot its booking page would open here.
book-hint = Booking is on the Gorzdrav website; it opens in your browser.
soonest = earliest: { $when }
doctor-whom = Anyone in particular?
doctor-any = Any doctor
doctor-only = Only the ones I choose
doctor-except = Anyone except the ones I choose
doctor-only-which = Who will do?
doctor-except-which = Who will not do?
doctor-choose-one = Tick at least one doctor.
doctor-list = Doctors here
doctor-areas = Areas: { $areas }
doctor-lost = Not in the clinic’s list now
doctor-left = { $n ->
    [one] We watch { $n } doctor of this list, and new ones.
   *[other] We watch { $n } doctors of this list, and new ones.
  }
doctor-none-left = Nobody is left now: we will wait for a new doctor.
doctors-any = any doctor
doctors-chosen = chosen doctors
doctors-except = any doctor except: { $names }
watch-title = { $specialty } — { $doctors }

## Finding

find-clinic = Where to look?
find-specialty = Which doctor?
find-doctors = Anyone in particular?
find-time = When does it suit you?
find-summary = What we will watch
find-adding = Choose one more clinic: it will be number { $n }.
find-back-to-summary = Do not add
find-stopped = Last time you chose: { $what }
find-continue = Continue
find-restart = Start over
place-add = Add another clinic
place-remove = Remove
place-remove-what = Remove: { $what }
until-title = How long to watch
until-label = Watch until
until-hint = You can leave it empty: we will watch until you stop it.
until-none = Until you stop it
until-day = Until { $day }
wait = Watch for a slot
watch-added = Watching: { $title }

## Time wish editor

wish-time = Time of day
wish-preset-any = Any
wish-preset-morning = Morning, before 12:00
wish-preset-day = Daytime, 12:00–17:00
wish-preset-evening = Evening, after 17:00
wish-preset-own = Another time
wish-says = We will watch for a slot
wish-unsaid = It will be shown here once the error is corrected.
wish-more = Set dates
wish-first-day = Not before
wish-last-day = Not after
wish-bad-dates = “Not after” comes before “Not before”. Change one of the dates.
wish-bad-times = The “to” time must be later than the “from” time.
wish-fix = Correct the error above.
wish-rule = Time range { $n }
wish-rule-from = From
wish-rule-to = To
wish-rule-add = Add a time range
wish-rule-remove = Remove
wish-days-label = Days of the week
wish-days-none = If nothing is ticked, any day will do.
wish-helper-weekdays = Weekdays
wish-helper-weekend = Weekend
wish-except-label = Except dates
wish-except-add = Exclude the date
wish-except-remove = No longer exclude: { $day }
wish-notice-label = Do not offer if the visit is sooner than
wish-notice-none = It does not matter

## Watches: home, cards, page

status-never = Not checked yet.
status-just-now = Checked just now, at { $time }.
status-checked = Checked { $ago } ago, at { $time }.
status-next = Next check in { $in }.
status-next-soon = Next check in less than a minute.
never-checked = none yet
unchecked-text = We will check within a minute and tell you here.
opened-text = A new day was opened: { $day }. No free slots yet. We will tell you as soon as there are.
expired-text = The last day that suited you has passed. Extend it or stop watching.
next-work-day = The doctor’s next working day: { $day }
found-at = Found at { $time }
for-whom = For: { $nick }
slots-soonest = Earliest slots
slots-last = What was free at { $time }
slots-more = { $n } more
slot-room = { $when }, { $room }
slot-taken = taken
dismiss = Does not suit
later = Later
pause-hour = Pause for 1 hour
pause-tomorrow = Pause until tomorrow, 8:00
pause-off = Pause until I resume
remove = Stop watching
rebind-offer = This looks like the same one: { $what }
rebind-take = Yes, the same
rebind-choose = Choose a doctor
watch = Watch
watch-tabs = About this watch
watch-gone = This watch is no longer here.
watch-removed = No longer watching: { $title }
watch-restored = Watching again.
watch-restore-failed = It could not be restored. Create the watch again.
tab-slots = Slots
tab-history = History
tab-setup = Setup
gap = Checked every { $every }
gap-short = Checked more than once a minute
looks-today = { $n ->
    [one] { $n } check today
   *[other] { $n } checks today
}
others = Outside your times ({ $n })
others-hide = Hide those that do not suit
history-openings = Slots that appeared
history-looks = How checks went
history-none = No slots have appeared while we were checking. You will see here when they appeared and how long they lasted.
history-no-looks = No checks yet.
history-appeared = appeared: { $when }
history-still = free now
history-lived = was free for { $duration }
outcome-fresh = Answered
outcome-empty = No slots
outcome-unavailable = Not responding
outcome-blocked = Refused by the site
outcome-offline = No internet
outcome-new = new slots: { $n }
history-when = When slots appear
history-when-hint = Since { $since }. Moscow time.
history-no-clock = No habit can be seen yet: slots do not appear at one time more than at others.
history-table = How many times slots appeared
history-day = Day
history-times = { $n ->
    [one] once
   *[other] { $n } times
}
history-cell = { $time } — { $times }
history-day-none = none appeared
history-unlooked = hardly checked
history-day-unlooked = hardly checked: { $times }
history-hatched = Hatched: hardly checked at this time.
history-never = Hardly checked on any day: { $times }. Whether slots appear then is not known.
history-not-yet = No check has succeeded yet: there is nothing to tell.
history-unplaced = { $n ->
    [one] Slots appeared once more while nothing was checked: at what time is not known.
   *[other] Slots appeared { $n } more times while nothing was checked: at what time is not known.
}
history-few = Not enough data yet: { $n ->
    [0] no slots have appeared while we were checking.
    [one] slots have appeared once, at least 10 times are needed.
   *[other] slots have appeared { $n } times, at least 10 are needed.
}
history-few-days = { $n ->
    [one] About { $n } more day of checking.
   *[other] About { $n } more days of checking.
}
history-life = How long a slot lives
history-life-usual = A slot is usually free for { $duration }.
history-life-short = { $short } out of { $n } lived less than 5 minutes.
history-life-hint = Only slots that were seen both appearing and being taken are counted.
history-life-few = Not enough data yet: { $n ->
    [0] no slot has been taken while we were checking.
    [one] the life of { $n } slot is known, at least 5 are needed.
   *[other] the lives of { $n } slots are known, at least 5 are needed.
}
history-unclaimed = { $n ->
    [one] Nobody took { $n } slot.
   *[other] Nobody took { $n } slots.
}
history-releases = Latest appearances
history-slots = { $n ->
    [one] { $n } slot
   *[other] { $n } slots
}
history-since = after { $from }, while nothing was checked
history-were-free = { $n ->
    [one] was free for { $duration }
   *[other] were usually free for { $duration }
}
history-free-now = free now: { $n }
history-gaps = When nothing was checked
history-gaps-hint = Breaks of more than half an hour. What came and went then was not seen.
history-gaps-none = No breaks of more than half an hour.
history-gap = { $from } — { $to }
history-gap-open = since { $from }
history-gaps-earlier = Earlier breaks: { $n }
unlooked-asleep = The computer slept
unlooked-off = The program was not running: closed, paused, or the computer slept
unlooked-idle = This watch was paused
unlooked-idle-clinic = This clinic was not being checked
unlooked-offline = No internet
unlooked-blocked = Refused by the site
unlooked-unavailable = The site or the clinic did not respond
unlooked-noOnline = Online booking was closed: checked once a day
history-save = Download CSV
history-save-hint = A table of every slot of 8 weeks: when it appeared and when it was gone. Opens in any spreadsheet program.
setup-places = Where and with whom
setup-pause = Pause
setup-remove = Stop watching
setup-remove-hint = For a day it can be restored from the Inbox.
activity-on = Watching and checking now.

## Inbox

inbox-filter = Which alerts to show
inbox-all = All
inbox-open = Waiting for an answer
inbox-empty = Every slot that was found stays here until you answer.
inbox-none-open = Everything is answered.
alert-raised = Waiting for an answer
alert-snoozed = Will remind at { $time }
alert-seen = Read
alert-acted = Booking was opened
alert-dismissed = Does not suit
alert-gone = The slots are taken
answered-seen = Marked as read.
answered-later = We will remind you in 15 minutes.
answered-acted = The booking site is open in your browser.
answered-dismiss = These slots will not be shown again. Watching for others.
channel-desktop = Notification on the screen
channel-telegram = Telegram
channel-stdout = Command line
delivery-due = { $channel }: not shown yet
delivery-leased = { $channel }: being sent
delivery-sent = { $channel }: shown at { $time }
delivery-expired = { $channel }: no longer worth showing
delivery-dead = { $channel }: not shown
delivery-held = { $channel }: to be shown after the quiet hours
delivery-retry = { $channel }: not shown yet, still trying
delivery-why-told = You have been told of these slots.
delivery-why-started = The time of the appointment has passed.
delivery-why-gone = The slots were taken before that.
delivery-why-returned = The slots are back.
delivery-why-answered = You had answered already.
delivery-why-quiet = These are quiet hours.
delivery-why-off = Switched off in the settings.
delivery-why-starting = The program was still starting.
delivery-why-absent = This system has no notification service.
delivery-why-silent = No answer came in time.
delivery-why-refused = The message was refused.

## Settings

settings-title = Settings: { $section }
settings-sections = Sections of settings
settings-notifications = Notifications
settings-view = Look and language
settings-start = Start-up and icon
settings-checks = Checks
settings-data = Data
settings-about = About
set-notifications = Show notifications
set-notifications-hint = A message in the corner of the screen when a slot appears.
set-sound = Sound
set-sound-hint = Only when a slot is found.
set-hide = Hide details
set-hide-hint = The notification says only “Slots available”, without the doctor and the clinic.
quiet-title = Quiet hours
quiet-hint = Checking goes on as usual, day and night.
quiet-on = Do not disturb
quiet-on-hint = Every day, by this computer’s clock.
quiet-never = The beginning and the end are the same, so there will be no quiet hours.
quiet-manner = If a slot appears during them
quiet-hold = Tell me when they end
quiet-hold-hint = Slots taken by then can be seen in the Inbox.
quiet-silent = Show it at once, without a sound
quiet-silent-hint = The notification stays on the screen.
set-text-size = Text size
set-text-size-hint = You can also press Ctrl with plus or minus.
text-size-normal = Usual
text-size-large = Large
text-size-largest = Very large
set-simple = Big and simple
set-simple-hint = The largest text, everything in one column; the main page has only your watches and three buttons.
simple-size = “Big and simple” is on: the text is the largest already.
simple-leave = Usual view
call-122 = Call 122
call-122-how = Dial 122 on your phone. They help with doctor’s appointments too.
set-motion = Motion
set-reduce-motion = Less motion
set-reduce-motion-hint = Nothing on the screen will move or fade. If your system is set so, that is respected without this switch.
set-theme = Theme
theme-system = As in the system
theme-light = Light
theme-dark = Dark
theme-contrast = High contrast
set-language = Language
set-autostart = Start with the computer
set-autostart-hint = The program begins to watch at once; no window opens.
set-tray = Icon near the clock
set-tray-there = When the window is closed, the program works near the clock. Press the icon to open the window.
set-tray-quit = To stop checking altogether, choose Quit in the icon’s menu or in the About section.
checks-hint = The more often we check, the sooner we know about a slot. All watches share one number of requests.
budget-label = How often to check
budget-hint = { $n ->
    [one] Up to { $n } request per hour on average
   *[other] Up to { $n } requests per hour on average
}
budget-seconds = { $n ->
    [one] That is one request to the site every second for all watches together.
   *[other] That is one request to the site every { $n } seconds for all watches together.
}
budget-minutes = { $n ->
    [one] That is one request to the site every minute for all watches together.
   *[other] That is one request to the site every { $n } minutes for all watches together.
}
budget-usual = This is usually enough.
budget-less = Less often
budget-more = More often
budget-least = It cannot be less.
budget-most = It cannot be more: this is the limit.
budget-much = More than { $n } per hour only if you really need it. Everybody shares the booking site, and needless requests get in their way.
bursts-label = More often at hours when slots usually appear
bursts-hint = The program remembers when slots appear. In those minutes it may check up to once every 10 seconds. There will be no more requests in a day: at other hours it checks less often.
checks-today = Requests made
checks-today-hint = All requests of the program to the booking site since midnight, including those before a restart.
requests-today = { $n ->
    [one] { $n } request today, up to { $of } on average
   *[other] { $n } requests today, up to { $of } on average
}
requests-hour = In the last hour: { $n }, up to { $of } on average
ledger-open = What the requests were for
ledger-watches = By watch
ledger-clinics = By clinic
ledger-requests = { $n ->
    [one] { $n } request
   *[other] { $n } requests
}
ledger-hardly = less than one
ledger-shared = { $n ->
    [one] Checks shared with { $n } more watch
   *[other] Checks shared with { $n } more watches
}
ledger-clinic = Clinic { $id }
ledger-beside-watches = The rest: lists you looked through and former watches
ledger-beside-clinics = The rest: lists you looked through
data-copy = Move to another computer
data-copy-hint = The file will hold your watches and settings.
data-export = Save to a file
data-import = Take from a file
import-plan = What is in this file
import-new = To be added
import-known = Here already
import-bad = Not to be added
import-unreadable = This watch cannot be read.
import-no-watches = There are no watches in the file.
import-settings = Settings from the file will replace yours: look, language, notifications, checks.
import-budget = { $n ->
    [one] There will be up to { $n } request per hour on average.
   *[other] There will be up to { $n } requests per hour on average.
}
import-bursts = It may check more often at hours when slots usually appear.
import-add = { $n ->
    [one] Add { $n } watch
   *[other] Add { $n } watches
}
import-settings-only = Take the settings
data-exported = The file is saved.
data-imported = { $n ->
    [one] { $n } watch added.
   *[other] { $n } watches added.
}
data-demo = Practice city
data-demo-hint = An invented city for trying the program out. It does not touch your watches.
data-folders = Where the data is
data-folders-hint = Everything is kept on this computer only.
folder-data = Watches, history, settings
folder-cache = What can be downloaded again
folder-logs = Logs
erase-title = Delete all data
erase-hint = If you are handing this computer over or want to start afresh.
erase = Delete everything
erase-ask = Delete all data?
erase-what = Watches, alerts, history, settings and logs will be gone. This cannot be undone. Your appointments on the website stay.
erase-advice = If you will need the watches again, save them to a file first.
erase-understood = Yes, delete for good
erase-confirm = Delete everything
erased = All data is deleted.
version = Version { $version }
unofficial = Unofficial program
about-text = { -brand } is not connected with Gorzdrav. It looks at the open booking pages of gorzdrav.spb.ru as you would, only without getting tired. You book yourself, on the website.
about-private = The program needs no names or data of patients. What you have chosen stays on this computer. Only alerts go to Telegram, mail or a phone, and only if you set that up.
selfcheck-title = Self-check
selfcheck-hint = Is everything ready to catch a slot?
trust-title = Clinics’ summaries
trust-hint = A clinic says how many slots it has. We check whether that is so.
report-copy = Copy the report
report-copied = The report is copied. It holds no personal data.
subject-network = Internet
subject-service = Booking site
subject-clock = Computer clock
subject-database = Data of the program
subject-notifications = Notifications
subject-tray = Icon near the clock
subject-autostart = Start with the computer
check-network-fine = Connected.
check-network-remark = Connected, but the connection is unstable.
check-network-broken = Not connected. Check the connection.
check-service-fine = Responding.
check-service-remark = Slow, or asking us to pause. Checking goes on.
check-service-broken = Not responding. If a VPN is on, turn it off; if not, wait.
check-clock-fine = Correct.
check-clock-remark = Slightly off.
check-clock-broken = Wrong time. Turn on automatic time in the system settings.
check-database-fine = In order.
check-database-remark = In order, with a remark. See the report.
check-database-broken = Cannot be read or saved. Check the space on the disk.
check-notifications-fine = Shown.
check-notifications-remark = May not be shown: turned off in the program, or Do not disturb is on.
check-notifications-broken = The system does not show them. See Help for how to turn them on.
check-tray-fine = There.
check-tray-remark = This system has none, so the window will be minimised instead.
check-tray-broken = Could not be shown, so the window will be minimised instead.
check-autostart-fine = On.
check-autostart-remark = Off. You can turn it on under Start-up and icon.
check-autostart-broken = Could not be turned on. Add the program to autostart in the system settings.

## Help

help-how = How it works
help-how-1 = You choose a clinic, a doctor and the times that suit you.
help-how-2 = The program looks for a slot by itself, day and night, while the computer is on and awake.
help-how-3 = When a slot appears, you see a notification in the corner of the screen and hear a sound.
help-how-4 = Press Book: the Gorzdrav website opens and you book there yourself. Do not wait: slots are often gone within minutes.
help-how-5 = You can close the window: checking goes on. To stop it, choose Quit in the menu of the icon near the clock.
help-notify = If you see no notification
help-selfcheck = Open the self-check
help-none = If there are no slots for long
help-none-text = Add another clinic to the watch or accept any doctor: the chances grow. If you need help sooner, call the clinic’s reception or 122.
help-keys = Keys
keys-new = New watch
keys-search = Search field of the page
keys-check = Check now
keys-larger = Larger text
keys-smaller = Smaller text
keys-usual = Usual text size
keys-remove = Stop watching (on the title of a watch)
keys-region = Next part of the window
keys-region-back = Previous part of the window
keys-back = Back, close
keys-move = Move within a list or tabs
keys-press = Press what is chosen (Space works too)

## Command palette

palette = What to do?
palette-field = A page, a watch or an action
palette-list = What can be done
palette-none = Nothing found for “{ $q }”. Try “pause”, “text” or the name of a doctor.
palette-count = { $n ->
    [one] { $n } item found
   *[other] { $n } items found
}
palette-watches = Watches
palette-actions = Actions
palette-all-watches = All watches
