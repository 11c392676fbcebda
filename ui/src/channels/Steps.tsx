import { type ReactNode, useEffect, useRef } from 'react';
import { useText } from '../i18n/text.ts';
import { Button } from '../kit/Button.tsx';
import { copyText } from '../kit/copy.ts';
import { showToast } from '../kit/toasts.ts';

/** Takes the focus when what it holds gives way to something else. */
export function Turning({ turn, children }: { turn: string; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const last = useRef(turn);
  useEffect(() => {
    if (last.current !== turn) place.current?.focus();
    last.current = turn;
  }, [turn]);
  return (
    <div ref={place} tabIndex={-1} className="flex flex-col gap-6">
      {children}
    </div>
  );
}

/** Words to be typed elsewhere, with a button that copies them. */
export function Copied({ what, words }: { what: string; words: string }) {
  const text = useText();
  return (
    <span className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-2">
      <span className="rounded-field bg-sunken px-3 py-2 font-medium break-all">{words}</span>
      <Button
        aria-label={text('copy-what', { what })}
        onPress={() =>
          copyText(words).then((done) =>
            showToast({ text: text(done ? 'copied' : 'copy-failed'), lasts: 5_000 }),
          )
        }
      >
        {text('copy')}
      </Button>
    </span>
  );
}
