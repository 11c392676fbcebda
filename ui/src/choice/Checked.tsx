import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import { Button } from '../kit/Button.tsx';

/** «Проверили в 08:42» under every list of the clinic, with a way to ask again. */
export function Checked({ at, refresh, busy }: { at: string; refresh: () => void; busy: boolean }) {
  const text = useText();
  const format = useFormat();
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-caption text-text-2">
      <span className="tabular">{text('checked-at', { time: format.moment(at) })}</span>
      <Button look="quiet" isDisabled={busy} onPress={refresh}>
        {text('refresh')}
      </Button>
    </p>
  );
}
