### Talonchik, English: the ways to tell besides the screen, and where their secrets are kept.
### Times, days and names come in as ready text.

## Sections of the settings

settings-telegram = Telegram
settings-mail = Email
settings-push = Other ways

## How a channel does: one line, always there

tg-wait = Telegram is unreachable. Messages kept: { $n }. We will send them later.
tg-wait-hint = Check the internet. If Telegram works for you through a proxy, enter it below.
way-not-set = Not set up.
way-off = Switched off: nothing is sent here.
way-ready = Ready. Nothing has been sent since the program started.
way-works = Works, { $time }
way-waits = Not delivered: { $n }. Still trying.
way-fails = The last message did not get through. Still trying.
way-no-chat = The bot is set up but has nobody to write to: link a chat.
way-since = Since { $time }.
way-token-telegram = The token is not accepted
way-token-mail = The login or password is not accepted
way-token-push = The token is not accepted
way-conflict = Another program reads this bot
way-locked-telegram = Enter the bot’s token again
way-locked-mail = Enter the mail password again
way-locked-push = Enter the address again
way-locked-hint = It is not kept on this computer, so messages wait after a start.
way-sealed = Enter the passphrase for Telegram and email to work
way-demo = Nothing is sent out of the practice city
way-demo-hint = Telegram, email and other ways can be set up in the real city.
way-setup = Open settings
way-try = Send a test
way-trying = Sending. It may take up to 20 seconds.
way-came = It got through.
way-nothing-tried = Nothing to test: nothing is set up.
way-show = Show
way-hide = Hide
way-show-what = Show: { $what }
way-hide-what = Hide: { $what }
way-forget-cancel = Keep
way-step = Step { $n } of 3. { $what }

## Telegram: a bot of one's own

bot-title = Messages in Telegram
bot-hint = When there is a slot, a bot writes to you in Telegram. It answers only while the computer is on and online.
bot-on = Write to Telegram
bot-name = Bot: @{ $name }
bot-make = Make a bot
bot-make-hint = The bot is yours alone. It is free and takes 3 minutes.
bot-make-1 = Open the chat with BotFather in Telegram. It is Telegram’s own bot.
bot-make-2 = Send it:
bot-make-3 = It asks for the bot’s name. Any will do, for example:
bot-make-3-example = My slots
bot-make-4 = It asks for a username. Make one up in Latin letters, with bot at the end, for example:
bot-make-5 = It sends a token, a long line of digits and letters. Copy all of it and paste it here.
bot-father-address = BotFather’s address
bot-father-qr = QR code: the chat with BotFather
bot-father-hint = Point your phone’s camera here, or copy the address.
bot-words = Command
bot-token = Bot token
bot-token-hint = It looks like 123456789:AAH4f… Show it to nobody.
bot-token-new = Bot token again
bot-token-take = Check and connect
bot-token-checking = Asking Telegram…
bot-token-fine = The token is accepted. Bot: @{ $name }
bot-link = Link a chat
bot-link-hint = Point the phone’s camera at the code, or open the link wherever you have Telegram. Then press Start.
bot-link-address = Link for the chat
bot-link-until = The code is good until { $time }, for one chat only.
bot-link-over = The code is no longer good.
bot-link-new = New code
bot-link-qr = QR code with the link to the bot
bot-link-waits = Waiting for the chat. A question will appear here.
bot-ask = Link the chat “{ $title }”?
bot-ask-group = Link the group “{ $title }”?
bot-ask-hint = Link it only if it is you or somebody close to you.
bot-ask-yes = Link
bot-asked = The chat “{ $title }” asks to be linked.
bot-linked = The chat is linked.
bot-refused = The chat is not linked.
bot-check = Send a test
bot-check-again = Test
bot-check-hint = Each chat gets a message about a made-up slot.
bot-chats = Whom we write to
bot-chat-group = Group
bot-chat-group-hint = Everybody in the group reads it. Only who linked it gives commands.
bot-chat-blocked = Takes no messages
bot-chat-blocked-hint = Open the bot in this chat and press Start or Unblock.
bot-chat-hears = What to write to “{ $title }” about
bot-chat-all = All watches
bot-chat-only = Chosen ones only
bot-chat-none = Nothing is chosen: we do not write to this chat.
bot-chat-no-watches = There are no watches yet. You will choose them here.
bot-chat-off = Unlink
bot-chat-off-what = Unlink: { $title }
bot-chat-off-ask = Unlink the chat “{ $title }”?
bot-chat-off-hint = No more messages go there. A new code links it again.
bot-chat-off-done = The chat is unlinked.
bot-chat-add = Link another chat
bot-way = If Telegram does not open
bot-way-hint = A proxy is needed if Telegram works on this computer only through one. The booking site is not opened through it.
bot-proxy = Proxy for Telegram
bot-proxy-hint = For example socks5://login:password@address:1080. The system’s proxy is not used here.
bot-way-open = Enter a proxy
bot-proxy-set = A proxy is set. Its address is hidden.
bot-proxy-off = Use no proxy
bot-proxy-none = The proxy is removed.
bot-more = Advanced
bot-api = Bot API address
bot-api-hint = Only if you have a server of your own. Usually empty.
bot-forget = Forget the bot
bot-forget-ask = Forget the bot and its chats?
bot-forget-hint = The token and the list of chats leave this computer. The bot itself stays in Telegram; BotFather can delete it.
bot-forgotten = The bot is forgotten.

## Mail

post-title = Email about slots
post-hint = The program writes from your mailbox to any address, for example your own.
post-on = Send email
post-box = Mailbox
post-service = Where is your mailbox?
post-service-yandex = Yandex
post-service-mailru = Mail.ru
post-service-gmail = Gmail
post-service-rambler = Rambler
post-service-own = Other
post-server-is = Server: { $server }, port { $port }
post-server = Outgoing mail server
post-server-hint = For example smtp.example.com. Your mail provider’s help has it.
post-port = Port
post-security = Security
post-security-tls = TLS, usually port 465
post-security-startTls = STARTTLS, usually port 587
post-login = Your address
post-login-hint = The mail comes from it. For example ivanova@yandex.ru
post-login-own = Login
post-password = App password
post-password-hint = The usual password will not do. Make an “app password” in the security settings of your mailbox.
post-password-own = Password
post-password-own-hint = If your provider asks for an “app password”, make one in its settings.
post-password-kept = The password is kept. Leave this empty not to change it.
post-to = Whom to write to
post-to-hint = Leave it empty to write to yourself.
post-from = Sender’s address
post-from-hint = If it differs from the login.
post-save = Save
post-saved = Saved. Send a test email.
post-try = Send a test email
post-try-hint = It tells of a made-up slot. If it is not in the inbox, look in Spam.
post-forget = Forget the mailbox
post-forget-ask = Forget the mailbox?
post-forget-hint = The address and password leave this computer. The mailbox stays.
post-forgotten = The mailbox is forgotten.

## ntfy and webhooks

hook-title = ntfy and webhooks
hook-hint = For those who use them already. Telegram or email is enough for everybody else.
hook-on = Send
hook-kind = What to set up?
hook-kind-ntfy = ntfy
hook-kind-ntfy-hint = Notifications in the ntfy app on a phone.
hook-kind-webhook = Webhook
hook-kind-webhook-hint = A POST of JSON to your address.
hook-address = Address
hook-address-ntfy-hint = With the topic, for example https://ntfy.sh/my-topic. Who knows the address reads the messages.
hook-address-webhook-hint = It begins with https://
hook-kept = Now: { $host }, the rest of the address is hidden. Leave this empty not to change it.
hook-token = Token
hook-token-hint = May be left empty.
hook-token-kept = The token is kept. Leave this empty not to change it.
hook-save = Save
hook-saved = Saved. Send a test.
hook-forget = Forget the address
hook-forget-ask = Forget the address and the token?
hook-forget-hint = They leave this computer; no more messages go there.
hook-forgotten = The address is forgotten.

## Where secrets are kept

keys-title = Where to keep passwords
keys-why-absent = This computer has no key store.
keys-why-refused = The key store is locked or denied access.
keys-why-silent = The key store did not answer. Perhaps it waits for a password in another window.
keys-why-forgetful = The key store does not keep what is put into it.
keys-why-failed = The key store does not work.
keys-ask = Tokens and passwords must not be stored in the open. What shall we do?
keys-seal = Keep them under a passphrase
keys-seal-hint = A file on this computer, locked with your passphrase. It is asked for after each start.
keys-memory = Ask at each start
keys-memory-hint = Tokens and passwords are kept nowhere.
keys-phrase = Passphrase
keys-phrase-hint = At least 8 characters, for example three words. A forgotten passphrase cannot be recovered.
keys-phrase-again = Passphrase again
keys-phrase-short = At least 8 characters are needed.
keys-phrase-differs = The passphrases differ. Enter the same twice.
keys-seal-do = Keep under the passphrase
keys-memory-do = Ask at each start
keys-retry = Try again
keys-unlock = Unlock
keys-unlock-forgot = If the passphrase is forgotten, you can go on without it: enter the token and password again, until you quit. To begin anew, use “Delete everything” in “Data”.
keys-unlock-without = Go on without it
keys-opened = Unlocked. Telegram and email work.
keys-where-system = Tokens and passwords are in the system’s key store.
keys-where-sealed = Tokens and passwords are in a file under your passphrase.
keys-where-memory = Tokens and passwords are not kept: we ask at the next start.

## A trial of every channel

try-title = Will alerts reach you
try-hint = We send a message about a made-up slot in every way that is set up.
try-all = Check that alerts get through
try-all-fine = It got through in every way.
try-some = It did not get through in every way. What to do is below.
try-screen-fine = Shown in the corner of the screen.
try-only-screen = So far you hear of a slot only at this computer. Set up Telegram or email.

## What to do about a channel that was not told: `advice-<why>`, or of one channel alone

advice-told = It has been told already. Repeat the test in a minute.
advice-started = Repeat the test in a minute.
advice-gone = Repeat the test in a minute.
advice-returned = Repeat the test in a minute.
advice-answered = The test was answered, so it got through.
advice-off = Switched off in the settings. Switch it on to get messages here.
advice-quiet = These are quiet hours: the message comes after them.
advice-starting = The program is still starting. Repeat in a minute.
advice-absent = There is nothing to take the message. See what is switched on in the system.
advice-silent = There was no answer. Check the internet and repeat.
advice-refused = The message was refused. Check the settings of this way.
advice-ladder = An answer on the screen is waited for first. Repeat in 2 minutes.
advice-unreachable = No connection. Check the internet and repeat.
advice-busy = We are asked to wait. We try again in a few minutes.
advice-token = The token is not accepted. Check it and enter it again.
advice-blocked = The recipient takes no messages. Check the address.
advice-locked = The token or password is not at hand. Enter it again.
advice-conflict = Another program reads the bot. Stop it.
advice-screen-off = Notifications are off in the program. Switch on “Show notifications”.
advice-screen-absent = This system has no notification service. Keep the window open.
advice-screen-refused = The system did not show the notification. Allow notifications in its settings.
advice-screen-silent = The system did not answer. Help tells how to switch notifications on.
advice-telegram-unreachable = Telegram does not open. Check the internet; if Telegram works for you through a proxy, enter it in “Telegram” in the settings.
advice-telegram-silent = Telegram did not answer. Check the internet; if it works for you through a proxy, enter it in “Telegram” in the settings.
advice-telegram-token = The token was revoked or mistyped. Get the valid one from BotFather (the command /token) and enter it in “Telegram” in the settings.
advice-telegram-blocked = The chat takes no messages. Open the bot in it and press Start.
advice-telegram-conflict = Somebody else gets the bot’s messages: another computer or service. Stop that program, or make a new bot for this one.
advice-telegram-refused = Telegram did not take the message. Unlink the chat and link it again.
advice-mail-unreachable = The mail server does not answer. Check the internet, the server and the port.
advice-mail-token = The mailbox did not let us in. It needs an “app password”, not the usual one.
advice-mail-blocked = There is no such address, or it takes no mail. Check “Whom to write to”.
advice-mail-refused = The server did not take the message. Check the addresses and the security.
advice-push-unreachable = The address does not answer. Check the internet and the address.
advice-push-blocked = Messages are not taken at this address. Check it.

## Watch: in which order to tell

tell-order = How to tell
tell-ladder = In turn
tell-ladder-hint = The screen first, again after 2 minutes, then Telegram and email.
tell-atOnce = Everywhere at once
tell-atOnce-hint = The screen, Telegram and email together.
tell-none = So far we tell on the screen only. Set up Telegram or email.
tell-connect = Set up

## Inbox: messages of the channels besides the screen

channel-chat = Telegram: { $title }
channel-mail = Email
channel-push = Push
message-due = { $channel } — not sent yet
message-leased = { $channel } — being sent
message-sent = { $channel } — sent at { $time }
message-expired = { $channel } — no longer worth sending
message-dead = { $channel } — not sent
message-held = { $channel } — to be sent after the quiet hours
message-later = { $channel } — to be sent if you do not answer on the screen
message-retry = { $channel } — not sent yet, still trying
delivery-why-ladder = An answer on the screen is waited for first.
delivery-why-unreachable = No connection.
delivery-why-busy = We are asked to wait.
delivery-why-token = The token or password is not accepted.
delivery-why-blocked = The recipient takes no messages.
delivery-why-locked = The token or password is not at hand.
delivery-why-conflict = Another program reads the bot.

## Home and quiet mode

silent-since = We have not been able to check slots since { $time }.
hushed = Quiet mode: there is no sound.
hushed-off = Switch sound on
hushed-set = Quiet mode
hushed-set-hint = No sound until you switch this off. Messages come as usual.

## Self-check

subject-keyStore = Key store
subject-telegram = Telegram
subject-mail = Email
subject-push = ntfy or webhook
check-keyStore-fine = Works.
check-keyStore-remark = Tokens and passwords are kept outside the system: under a passphrase, or until you quit.
check-keyStore-broken = Does not work. Open “Telegram” in the settings and choose where to keep the token.
check-telegram-fine = Works.
check-telegram-remark = Not set up or not tested yet.
check-telegram-broken = Messages do not get through. What to do is in “Telegram”.
check-mail-fine = Works.
check-mail-remark = Not set up or not tested yet.
check-mail-broken = Mail is not sent. What to do is in “Email”.
check-push-fine = Works.
check-push-remark = Not set up or not tested yet.
check-push-broken = Messages do not get through. What to do is in “Other ways”.

## Failures: what happened, and what to do

error-no-key-store = This computer has no key store. Choose where to keep tokens and passwords.
error-locked = Tokens and passwords are locked. Enter the passphrase to unlock them.
error-wrong-passphrase = That is not the passphrase. Check the keyboard layout and capital letters.
error-key-store = The key store did not answer or is damaged. Repeat; if that does not help, restart the computer.
error-token-refused = The token or password is not accepted. Check that all of it was entered.
error-unreachable = No connection. Check the internet and the address, then repeat.
error-channel-refused = There is a connection, but the request was refused. Check what was entered.
error-telegram-unreachable = Telegram is unreachable. Check the internet. If Telegram works for you through a proxy, enter it below.
error-telegram-token = Telegram does not know this token. Copy all of it from BotFather’s message.
problem-bad-token = This is not a token. It looks like 123456789:AAH4f… Copy all of it from BotFather’s message.
problem-bad-proxy = This is not the address of a proxy. It begins with http:// or socks5://
problem-bad-address = The address will not do. Does it begin with https://, and is all of it here?
problem-bad-server = Check the server and the port.
problem-bad-mail-address = Check the address: it looks like ivanova@yandex.ru
problem-no-password = Enter the password: there is none for this server and login yet.
problem-weak-passphrase = The passphrase is too short: at least 8 characters are needed.
