// Ctrl+K: everything the window can do, found by a few letters.

import SearchIcon from 'lucide-react/icons/search';
import XIcon from 'lucide-react/icons/x';
import { useEffect, useState } from 'react';
import {
  Button as AriaButton,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  Autocomplete,
  Dialog,
  Header,
  Heading,
  Input,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
} from 'react-aria-components';
import { useText } from '../i18n/text.ts';
import { matches } from '../kit/fold.ts';
import { Keys } from '../kit/Keys.tsx';
import { announce } from '../kit/live.ts';
import { Marked } from '../kit/marked.tsx';
import { type Entry, GROUPS, useClinics, useEntries } from './commands.ts';
import type { Actions } from './shortcuts.ts';

/** Watches named before anything is typed, and rows after. */
const WATCHES = 10;
const SHOWN = 50;
const QUIET = 500;

export function Palette({
  isOpen,
  close,
  actions,
}: {
  isOpen: boolean;
  close: () => void;
  actions: Actions;
}) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) close();
      }}
      className="fixed inset-0 z-50 flex items-start justify-center overflow-auto bg-[rgb(0_0_0/0.5)] p-4 pt-[min(10dvh,6rem)]"
    >
      <Modal className="w-full max-w-[40rem]">
        <Opened close={close} actions={actions} />
      </Modal>
    </ModalOverlay>
  );
}

function Opened({ close, actions }: { close: () => void; actions: Actions }) {
  const text = useText();
  const [typed, setTyped] = useState('');
  const asked = typed.trim();
  const entries = useEntries(actions);
  const clinics = useClinics(asked);
  const shown = [...found(entries, typed), ...clinics];
  const count = shown.length;
  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    close();
    entry.run();
  };
  useEffect(() => {
    if (asked === '') return;
    const words =
      count === 0 ? text('palette-none', { q: asked }) : text('palette-count', { n: count });
    const timer = setTimeout(() => announce(words), QUIET);
    return () => clearTimeout(timer);
  }, [asked, count, text]);

  return (
    <Dialog className="flex max-h-[min(80dvh,44rem)] flex-col rounded-card border border-line bg-surface shadow-popup outline-none">
      <div className="flex items-center justify-between gap-4 pt-3 pr-3 pl-4 @min-[30rem]:pl-6">
        <Heading slot="title" className="text-h3 font-semibold">
          {text('palette')}
        </Heading>
        <AriaButton
          aria-label={text('close')}
          onPress={close}
          className="fade flex size-12 items-center justify-center rounded-button text-text-2 hover:bg-sunken hover:text-text"
        >
          <XIcon aria-hidden className="size-[1.3rem]" />
        </AriaButton>
      </div>
      <Autocomplete inputValue={typed} onInputChange={setTyped}>
        <SearchField
          aria-label={text('palette-field')}
          autoFocus
          // Pasted words mark no row; Enter takes the first one all the same.
          onSubmit={() => {
            if (asked !== '' && document.querySelector('[role=menuitem][data-focused]') === null)
              run(shown[0]);
          }}
          className="px-4 pt-2 pb-3"
        >
          <div className="relative">
            <SearchIcon
              aria-hidden
              className="pointer-events-none absolute top-1/2 left-3 size-[1.2rem] -translate-y-1/2 text-text-3"
            />
            <Input
              placeholder={text('palette-field')}
              className="min-h-12 w-full min-w-0 rounded-field border-2 border-line bg-surface py-2 pr-3 pl-11 text-text placeholder:text-text-3 [&::-webkit-search-cancel-button]:hidden"
              onKeyDown={(event) => {
                // Esc closes at once, with words in the field or without.
                if (event.key === 'Escape') close();
              }}
            />
          </div>
        </SearchField>
        <AriaMenu
          aria-label={text('palette-list')}
          onAction={(key) => run(shown.find(({ id }) => id === key))}
          renderEmptyState={() => <p className="px-3 py-4">{text('palette-none', { q: asked })}</p>}
          className="min-h-0 flex-1 overflow-y-auto border-t border-border p-2 outline-none"
        >
          {asked === ''
            ? GROUPS.filter((group) => shown.some((entry) => entry.group === group)).map(
                (group) => (
                  <MenuSection key={group} id={group} className="pb-2">
                    <Header className="px-3 pt-2 pb-1 text-caption font-semibold text-text-2">
                      {text(group)}
                    </Header>
                    {shown.filter((entry) => entry.group === group).map(row)}
                  </MenuSection>
                ),
              )
            : shown.map(row)}
        </AriaMenu>
      </Autocomplete>
    </Dialog>
  );
}

/** The groups while nothing is typed, the best fits after. */
function found(entries: Entry[], typed: string): Entry[] {
  if (typed.trim() === '') {
    const watches = entries.filter(({ group, hidden }) => group === 'palette-watches' && !hidden);
    const left = new Set(watches.slice(WATCHES));
    return entries.filter((entry) => !entry.hidden && !left.has(entry));
  }
  return entries
    .map((entry) => ({
      entry,
      // What it does weighs more than what it does it to.
      fit: matches(`${entry.label} ${entry.details ?? ''}`, typed) + matches(entry.label, typed),
    }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit)
    .slice(0, SHOWN)
    .map(({ entry }) => entry);
}

function row({ id, label, details, keys, lang }: Entry) {
  return (
    <AriaMenuItem
      key={id}
      id={id}
      textValue={[label, details].filter(Boolean).join(' · ')}
      className="flex min-h-12 cursor-pointer flex-wrap items-center justify-between gap-x-4 gap-y-1 rounded-field border-2 border-transparent px-3 py-2 hover:bg-sunken data-[focused]:border-primary data-[focused]:bg-primary-soft"
    >
      <span className="min-w-0 flex-1 basis-[12rem]">
        <span lang={lang} className="block font-medium">
          <Marked>{label}</Marked>
        </span>
        {details !== undefined && (
          <span className="block text-caption text-text-2">
            <Marked>{details}</Marked>
          </span>
        )}
      </span>
      {keys !== undefined && (
        <span className="flex flex-wrap gap-1">
          {keys.map((words) => (
            <Keys key={words} keys={words} />
          ))}
        </span>
      )}
    </AriaMenuItem>
  );
}
