// The way to the booking site: people book there themselves.

import { useQuery } from '@tanstack/react-query';
import { useText } from '../i18n/text.ts';
import { useOpenLink, useQuestions } from '../ipc/queries.ts';
import { copyText } from '../kit/copy.ts';
import { showToast } from '../kit/toasts.ts';

/** Opens a page of the booking site and says so: whether a browser really came up nobody can tell. */
export function useBookingSite() {
  const text = useText();
  const open = useOpenLink();
  const status = useQuery(useQuestions().status());
  const copy = (url: string) => {
    copyText(url).then((done) =>
      showToast({ text: text(done ? 'copied' : 'copy-failed'), lasts: 5_000 }),
    );
  };
  return {
    error: open.error,
    open: (url: string, opened: () => void = () => {}) => {
      // Its clinics are not on the site.
      if (status.data?.demo === true) {
        showToast({ text: text('book-demo'), lasts: 10_000 });
        return;
      }
      open
        .mutateAsync(url)
        .then(() => {
          opened();
          showToast({
            text: text('book-opening'),
            action: { label: text('book-copy'), run: () => copy(url) },
            lasts: 20_000,
          });
        })
        .catch(() => {});
    },
  };
}
