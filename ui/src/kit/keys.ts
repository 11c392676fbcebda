// Every key of the window, once: the handler, the help page and the menus read this table.
// Physical keys, so that they work in every keyboard layout.

import type { PlainId } from '../i18n/text.ts';

interface Chord {
  /** `KeyboardEvent.code`; several when a keyboard has the key twice. */
  codes: readonly string[];
  /** As printed on the key. */
  name: string;
  /** Held with it: Ctrl (⌘ on macOS), Shift, Alt. */
  with?: 'ctrl' | 'shift' | 'alt';
}

interface Key {
  does: PlainId;
  chords: readonly Chord[];
}

const key = (name: string, ...codes: string[]): Chord => ({ codes, name });
const ctrl = (name: string, ...codes: string[]): Chord => ({ codes, name, with: 'ctrl' });

/** Keys that act wherever the focus is. */
export const KEYS = {
  palette: { does: 'palette', chords: [ctrl('K', 'KeyK')] },
  watches: { does: 'nav-watches', chords: [ctrl('1', 'Digit1', 'Numpad1')] },
  find: { does: 'nav-find', chords: [ctrl('2', 'Digit2', 'Numpad2')] },
  inbox: { does: 'nav-inbox', chords: [ctrl('I', 'KeyI')] },
  settings: { does: 'nav-settings', chords: [ctrl(',', 'Comma')] },
  help: { does: 'nav-help', chords: [key('F1', 'F1')] },
  add: { does: 'keys-new', chords: [ctrl('N', 'KeyN')] },
  search: { does: 'keys-search', chords: [ctrl('F', 'KeyF')] },
  check: { does: 'keys-check', chords: [ctrl('R', 'KeyR'), key('F5', 'F5')] },
  larger: { does: 'keys-larger', chords: [ctrl('+', 'Equal', 'NumpadAdd')] },
  smaller: { does: 'keys-smaller', chords: [ctrl('−', 'Minus', 'NumpadSubtract')] },
  usual: { does: 'keys-usual', chords: [ctrl('0', 'Digit0', 'Numpad0')] },
  region: { does: 'keys-region', chords: [key('F6', 'F6')] },
  regionBack: {
    does: 'keys-region-back',
    chords: [{ codes: ['F6'], name: 'F6', with: 'shift' }],
  },
  back: {
    does: 'keys-back',
    chords: [{ codes: ['ArrowLeft'], name: '←', with: 'alt' }, key('Esc', 'Escape')],
  },
} as const satisfies Record<string, Key>;

/** Keys of the part of the page that has the focus. */
export const KEYS_INSIDE = {
  remove: { does: 'keys-remove', chords: [key('Delete', 'Delete')] },
  move: {
    does: 'keys-move',
    chords: [key('↑', 'ArrowUp'), key('↓', 'ArrowDown'), key('Home', 'Home'), key('End', 'End')],
  },
  press: { does: 'keys-press', chords: [key('Enter', 'Enter')] },
} as const satisfies Record<string, Key>;

export type KeyId = keyof typeof KEYS;
/** Those that open a page of the menu. */
export type PageKey = Extract<KeyId, 'watches' | 'find' | 'inbox' | 'settings' | 'help'>;
type InsideId = keyof typeof KEYS_INSIDE;

const ALL: Record<KeyId | InsideId, Key> = { ...KEYS, ...KEYS_INSIDE };
/** In the order of the help page. */
export const ALL_KEYS = Object.entries(ALL) as [KeyId | InsideId, Key][];

const MAC = navigator.userAgent.includes('Mac');
const HELD = { ctrl: MAC ? '⌘' : 'Ctrl', shift: 'Shift', alt: MAC ? '⌥' : 'Alt' };
const ARIA = { ctrl: MAC ? 'Meta' : 'Control', shift: 'Shift', alt: 'Alt' };

const chordWords = ({ name, with: held }: Chord) =>
  held === undefined ? name : `${HELD[held]} + ${name}`;

/** «Ctrl + R», «F5»: as they are written on keys. */
export const keyWords = (id: KeyId | InsideId): string[] => ALL[id].chords.map(chordWords);

/** For `aria-keyshortcuts`. */
export const ariaKeys = (id: PageKey): string =>
  ALL[id].chords
    .map(({ name, with: held }) => (held === undefined ? name : `${ARIA[held]}+${name}`))
    .join(' ');

function isChord({ codes, name, with: held }: Chord, event: KeyboardEvent): boolean {
  const command = event.ctrlKey || event.metaKey;
  return (
    codes.includes(event.code) &&
    command === (held === 'ctrl') &&
    event.altKey === (held === 'alt') &&
    // «+» is typed with Shift.
    (name === '+' || event.shiftKey === (held === 'shift'))
  );
}

/** Which key of the whole window this is. */
export const keyOf = (event: KeyboardEvent): KeyId | undefined =>
  (Object.keys(KEYS) as KeyId[]).find((id) =>
    ALL[id].chords.some((chord) => isChord(chord, event)),
  );

export const isKey = (id: KeyId | InsideId, event: KeyboardEvent): boolean =>
  ALL[id].chords.some((chord) => isChord(chord, event));

/** Does the element take typed letters? */
export const inField = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.matches('input:not([type=radio]):not([type=checkbox]), textarea, select') ||
    target.isContentEditable ||
    target.getAttribute('role') === 'spinbutton');

/** Is something open that must be answered or closed first? */
export const popupOpen = () =>
  document.querySelector('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]') !== null;
