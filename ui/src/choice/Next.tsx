import { useText } from '../i18n/text.ts';
import { Button } from '../kit/Button.tsx';
import { cx } from '../kit/cx.ts';

export function Next({
  disabled,
  why,
  label,
  onPress,
}: {
  disabled: boolean;
  why: string;
  label?: string;
  onPress: () => void;
}) {
  const text = useText();
  return (
    <div className="flex flex-wrap items-center gap-4">
      <Button look="primary" isDisabled={disabled} onPress={onPress}>
        {label ?? text('next')}
      </Button>
      {/* Its place is kept: nothing moves when there is no reason any more. */}
      {why !== '' && <p className={cx('text-text-2', !disabled && 'invisible')}>{why}</p>}
    </div>
  );
}
