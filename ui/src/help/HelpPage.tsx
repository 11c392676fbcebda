import { TrialHelp } from '../choice/Trial.tsx';
import { type PlainId, useText } from '../i18n/text.ts';
import { LinkButton } from '../kit/Button.tsx';
import { Page, Section } from '../kit/Page.tsx';

const HOW: PlainId[] = ['help-how-1', 'help-how-2', 'help-how-3', 'help-how-4', 'help-how-5'];

const CTRL = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl';
const KEYS: [keys: string, does: PlainId][] = [
  [`${CTRL} + 1`, 'nav-watches'],
  [`${CTRL} + 2`, 'nav-find'],
  [`${CTRL} + I`, 'nav-inbox'],
  [`${CTRL} + ,`, 'nav-settings'],
  ['F1', 'nav-help'],
  [`${CTRL} + N`, 'keys-new'],
  [`${CTRL} + F`, 'keys-search'],
  [`${CTRL} + R, F5`, 'keys-check'],
  [`${CTRL} + Plus`, 'keys-larger'],
  [`${CTRL} + Minus`, 'keys-smaller'],
  [`${CTRL} + 0`, 'keys-usual'],
  ['Delete', 'keys-remove'],
  ['F6', 'keys-region'],
  ['Alt + ←, Esc', 'keys-back'],
];

export function HelpPage() {
  const text = useText();
  return (
    <Page title={text('nav-help')}>
      <Section title={text('help-how')}>
        <ol className="measure flex list-decimal flex-col gap-3 pl-6">
          {HOW.map((id) => (
            <li key={id}>{text(id)}</li>
          ))}
        </ol>
      </Section>
      <Section title={text('help-notify')}>
        <TrialHelp tone="neutral" />
        <div className="flex flex-wrap gap-2">
          <LinkButton look="secondary" to="/settings/notifications">
            {text('help-trial')}
          </LinkButton>
          <LinkButton look="secondary" to="/settings/about">
            {text('help-selfcheck')}
          </LinkButton>
        </div>
      </Section>
      <Section title={text('help-none')}>
        <p className="measure">{text('help-none-text')}</p>
      </Section>
      <Section title={text('help-keys')}>
        <dl className="flex flex-col divide-y divide-border">
          {KEYS.map(([keys, does]) => (
            <div key={keys} className="flex flex-wrap justify-between gap-x-6 py-2">
              <dt>{text(does)}</dt>
              <dd>
                <kbd className="rounded-field border border-line bg-sunken px-2 py-[0.1rem] font-sans text-caption font-medium">
                  {keys}
                </kbd>
              </dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title={text('unofficial')}>
        <p className="measure">{text('about-text')}</p>
        <p className="measure">{text('about-private')}</p>
      </Section>
    </Page>
  );
}
