// «Больше не ждать»: undone at once from the message, or for a day from the inbox.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useText } from '../i18n/text.ts';
import { errorSentence } from '../ipc/errors.ts';
import { ask, useHost, type WatchId } from '../ipc/host.ts';
import { useQuestions, useRemoveWatch, useRestoreWatch } from '../ipc/queries.ts';
import { showToast } from '../kit/toasts.ts';

export interface Removed {
  id: WatchId;
  title: string;
  at: string;
}

const FORM = 'removed';
const DAY = 86_400_000;

function read(text: string | null | undefined): Removed[] {
  try {
    const list = JSON.parse(text ?? '[]') as Removed[];
    return list.filter(({ at }) => Date.now() - Date.parse(at) < DAY);
  } catch {
    return [];
  }
}

/** One after the other: each reads what the one before has written. */
let writing: Promise<void> = Promise.resolve();

export function useRemoved() {
  const kept = useQuery(useQuestions().form(FORM));
  return read(kept.data);
}

export function useRemoval() {
  const host = useHost();
  const client = useQueryClient();
  const text = useText();
  const remove = useRemoveWatch();
  const restore = useRestoreWatch();

  const write = async (next: (list: Removed[]) => Removed[]) => {
    const list = next(read(await ask(host.commands.form(FORM))));
    await ask(host.commands.saveForm(FORM, list.length === 0 ? null : JSON.stringify(list)));
    await client.invalidateQueries({ queryKey: ['form', FORM] });
  };
  const keep = (next: (list: Removed[]) => Removed[]) => {
    writing = writing.catch(() => {}).then(() => write(next));
    return writing;
  };
  // Promises, for whoever pressed may be gone from the page when the answer comes.
  const bringBack = (id: WatchId) =>
    restore
      .mutateAsync(id)
      .then(() => {
        showToast({ text: text('watch-restored'), lasts: 6_000 });
        keep((list) => list.filter((one) => one.id !== id)).catch(() => {});
      })
      .catch(() => showToast({ text: text('watch-restore-failed') }));

  return {
    error: remove.error,
    bringBack,
    remove: (id: WatchId, title: string, after?: () => void) =>
      remove
        .mutateAsync(id)
        .then(() => {
          keep((list) => [{ id, title, at: new Date().toISOString() }, ...list]).catch(() => {});
          after?.();
          showToast({
            text: text('watch-removed', { title }),
            action: { label: text('undo'), run: () => bringBack(id) },
            lasts: 10_000,
          });
        })
        .catch((error) => showToast({ text: text(errorSentence(error)) })),
  };
}
