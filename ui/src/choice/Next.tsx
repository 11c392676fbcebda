import { useText } from '../i18n/text.ts';
import { Button } from '../kit/Button.tsx';

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
      {disabled && <p className="text-text-2">{why}</p>}
    </div>
  );
}
