// The sentences of `locales/`, by language. No sentence stands in code.

import { FluentBundle, FluentResource } from '@fluent/bundle';
import { ReactLocalization, useLocalization } from '@fluent/react';
import { useCallback } from 'react';
import type { Language } from '../ipc/host.ts';
import type { Messages } from './messages.gen.ts';

export type MessageId = keyof Messages & string;
/** The ids of sentences that need no arguments. */
export type PlainId = { [Id in MessageId]: Messages[Id] extends null ? Id : never }[MessageId];

type Args<Id extends MessageId> = Messages[Id] extends null ? [] : [args: Messages[Id]];
export type Text = <Id extends MessageId>(id: Id, ...args: Args<Id>) => string;

const sources = import.meta.glob<string>('../../../locales/*/{core,ui,channels}.ftl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

function bundle(language: Language): FluentBundle {
  // Isolation marks would break notifications and copied text.
  const made = new FluentBundle(language === 'ru' ? 'ru-RU' : 'en-GB', { useIsolating: false });
  for (const [path, source] of Object.entries(sources))
    if (path.includes(`/${language}/`)) made.addResource(new FluentResource(source));
  return made;
}

const read = new Map<Language, ReactLocalization>();

/** The sentences of a language, read when it is first spoken. */
export function localization(language: Language): ReactLocalization {
  const known = read.get(language);
  if (known !== undefined) return known;
  const localization = new ReactLocalization([bundle(language)], null);
  read.set(language, localization);
  return localization;
}

/** The text with no-break spaces where a line must not end: «№ 87», «ул. Дыбенко», «24 ноября». */
export const unbroken = (text: string): string =>
  text.replace(
    /(?<=(?<!\p{L})(?:№|No\.|ул\.|пр\.|наб\.|д\.|каб\.|Для:|For:)) |(?<=\d) (?=\p{Ll})/gu,
    '\u00a0',
  );

/** `text('id', { n: 3 })`: a sentence in the language of the program. */
export function useText(): Text {
  const { l10n } = useLocalization();
  return useCallback<Text>(
    (id, ...args) => unbroken(l10n.getString(id, args[0] ?? undefined)),
    [l10n],
  );
}
