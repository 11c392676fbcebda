import PhoneIcon from 'lucide-react/icons/phone';
import { useText } from '../i18n/text.ts';
import { useOpenLink } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { ErrorNote } from '../kit/Notes.tsx';

/** The first number of a free text, as it is dialled; `null` if there is none. */
export function dialled(phone: string): string | null {
  const digits = (/\+?\d[\d\s().-]{5,}\d/.exec(phone)?.[0] ?? '').replace(/\D/g, '');
  if (digits.length === 7) return `+7812${digits}`;
  if (digits.length === 10) return `+7${digits}`;
  if (digits.length === 11 && /^[78]/.test(digits)) return `+7${digits.slice(1)}`;
  return null;
}

export function CallButton({ phone }: { phone: string | null }) {
  const text = useText();
  const open = useOpenLink();
  const number = phone === null ? null : dialled(phone);
  if (number === null) return null;
  return (
    <>
      <Button
        icon={<PhoneIcon aria-hidden className="size-[1.2rem]" />}
        onPress={() => open.mutate(`tel:${number}`)}
      >
        {text('call')}
      </Button>
      {open.isError && <ErrorNote error={open.error} />}
    </>
  );
}
