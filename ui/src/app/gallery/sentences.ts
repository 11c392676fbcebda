// The sentences that tell what is going on, with what they are filled with here.

import type { MessageId } from '../../i18n/text.ts';

/** Said by the components of the gallery. */
export const SHOWN = [
  'found-title',
  'waiting',
  'gone',
  'clinic-down',
  'no-online',
  'site-down',
  'blocked',
  'slowed',
  'offline',
  'stale',
  'asleep',
  'paused',
  'unbound',
  'empty-home',
  'no-results',
  'no-doctors',
  'filters-hide',
  'field-required',
  'tg-wait',
] as const satisfies MessageId[];

/** Said outside the window, or behind a button: here as sentences. */
export const TOLD = [
  'found-body',
  'found-body-self',
  'quiet',
  'close-hint',
  'no-tray',
  'quit-ask',
  'test-ok',
] as const satisfies MessageId[];

/** Of features to come: booking, the patient card, Telegram. */
export const LATER: readonly string[] = [
  'book-check',
  'book-ok',
  'book-taken',
  'book-dup',
  'book-nocard',
  'book-unknown',
  'cancel-ask',
  'lock',
  'date-bad',
];

export const SAMPLES = {
  when: 'завтра, 13:40',
  clinic: 'ГП № 87',
  nick: 'мама',
  time: '08:00',
  found: '2',
  left: '1',
  field: 'имя',
};
