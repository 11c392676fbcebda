// «Крупно и просто»: what stands under the watches instead of a menu.

import { useQuery } from '@tanstack/react-query';
import BellIcon from 'lucide-react/icons/bell';
import PhoneIcon from 'lucide-react/icons/phone';
import SearchIcon from 'lucide-react/icons/search';
import { useState } from 'react';
import { useText } from '../i18n/text.ts';
import { useQuestions } from '../ipc/queries.ts';
import { Button, LinkButton } from '../kit/Button.tsx';
import { Note } from '../kit/Notes.tsx';

const icon = 'size-[1.3rem] shrink-0';

export function SimpleActions() {
  const text = useText();
  const status = useQuery(useQuestions().status());
  const [calling, setCalling] = useState(false);
  const unanswered = status.data?.unanswered ?? 0;
  return (
    <div className="flex flex-col gap-3">
      <LinkButton look="primary" wide to="/find" icon={<SearchIcon aria-hidden className={icon} />}>
        {text('nav-find')}
      </LinkButton>
      <LinkButton
        look="secondary"
        wide
        to="/inbox"
        icon={<BellIcon aria-hidden className={icon} />}
      >
        {text('nav-inbox')}
        {unanswered > 0 && (
          <span className="tabular min-w-[1.7rem] rounded-round bg-primary px-2 text-center font-semibold text-on-primary">
            <span className="sr-only">{text('nav-unanswered', { n: unanswered })}</span>
            <span aria-hidden>{unanswered}</span>
          </span>
        )}
      </LinkButton>
      <Button
        wide
        aria-expanded={calling}
        icon={<PhoneIcon aria-hidden className={icon} />}
        onPress={() => setCalling(!calling)}
      >
        {text('call-122')}
      </Button>
      {calling && (
        <Note icon={<PhoneIcon />} role="status">
          {text('call-122-how')}
        </Note>
      )}
      <div className="flex flex-wrap justify-center gap-x-8">
        <LinkButton look="quiet" to="/settings/$section" params={{ section: 'view' }}>
          {text('nav-settings')}
        </LinkButton>
        <LinkButton look="quiet" to="/help">
          {text('nav-help')}
        </LinkButton>
      </div>
    </div>
  );
}
