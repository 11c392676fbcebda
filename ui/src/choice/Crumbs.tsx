import PencilIcon from 'lucide-react/icons/pencil';
import { Button as AriaButton } from 'react-aria-components';
import { useText } from '../i18n/text.ts';
import { Marked } from '../kit/marked.tsx';

export interface Crumb {
  label: string;
  value: string;
  change: () => void;
}

/** What has been chosen so far; each can be changed. */
export function Crumbs({ crumbs }: { crumbs: Crumb[] }) {
  const text = useText();
  if (crumbs.length === 0) return null;
  return (
    <nav aria-label={text('crumbs')}>
      <ol className="flex flex-wrap gap-2">
        {crumbs.map((crumb) => (
          <li key={crumb.label} className="max-w-full">
            <AriaButton
              onPress={crumb.change}
              className="fade flex min-h-12 max-w-full items-center gap-3 rounded-button border-2 border-border bg-surface px-4 py-2 text-left hover:border-line hover:bg-sunken"
            >
              <span className="min-w-0">
                <span className="block text-caption text-text-2">{crumb.label}</span>
                <span className="block font-medium">
                  <Marked>{crumb.value}</Marked>
                </span>
              </span>
              <PencilIcon aria-hidden className="size-[1.1rem] shrink-0 text-primary" />
              <span className="sr-only">{text('change')}</span>
            </AriaButton>
          </li>
        ))}
      </ol>
    </nav>
  );
}
