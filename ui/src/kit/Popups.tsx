import MoreIcon from 'lucide-react/icons/ellipsis';
import type { ReactNode } from 'react';
import {
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  Dialog,
  DialogTrigger,
  Heading,
  MenuTrigger,
  Modal,
  ModalOverlay,
  Popover,
  Separator,
} from 'react-aria-components';
import { Button } from './Button.tsx';
import { cx } from './cx.ts';
import { Marked } from './marked.tsx';

export interface MenuEntry {
  id: string;
  label: string;
  keys?: string;
  danger?: boolean;
  /** A line above it. */
  apart?: boolean;
  run: () => void;
}

export function MoreMenu({ label, entries }: { label: string; entries: MenuEntry[] }) {
  return (
    <MenuTrigger>
      <Button look="secondary" icon={<MoreIcon aria-hidden className="size-[1.2rem]" />}>
        {label}
      </Button>
      <Popover
        placement="bottom end"
        className="max-w-[22rem] min-w-[15rem] overflow-auto rounded-card border border-line bg-surface p-2 shadow-popup"
      >
        <AriaMenu
          aria-label={label}
          className="outline-none"
          onAction={(key) => entries.find(({ id }) => id === key)?.run()}
        >
          {entries.flatMap((entry) => [
            ...(entry.apart
              ? [<Separator key={`${entry.id}-line`} className="mx-2 my-2 h-px bg-border" />]
              : []),
            <AriaMenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.label}
              className={cx(
                'flex min-h-12 cursor-pointer items-center justify-between gap-4 rounded-field px-3 py-2 data-[focused]:bg-primary-soft',
                entry.danger && 'text-danger',
              )}
            >
              <span>{entry.label}</span>
              {entry.keys !== undefined && (
                <kbd className="font-sans text-caption text-text-3">{entry.keys}</kbd>
              )}
            </AriaMenuItem>,
          ])}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

interface Asked {
  look?: 'danger' | 'secondary';
  title: string;
  children?: ReactNode;
  /** Left out when there is nothing to agree to. */
  confirm?: string | undefined;
  /** The answer «yes» waits for something in the dialog. */
  waits?: boolean;
  cancel: string;
  onConfirm: () => void;
}

/** A question over the page; inside a `DialogTrigger` it opens by itself. */
export function AskDialog({
  look = 'danger',
  title,
  children,
  confirm,
  waits = false,
  cancel,
  onConfirm,
  ...open
}: Asked & { isOpen?: boolean; onOpenChange?: (open: boolean) => void }) {
  return (
    <ModalOverlay
      {...open}
      className="fixed inset-0 z-50 flex overflow-auto bg-[rgb(0_0_0/0.5)] p-4"
    >
      <Modal className="m-auto w-full max-w-[32rem]">
        <Dialog
          role="alertdialog"
          className="rounded-card border border-line bg-surface p-6 shadow-popup outline-none"
        >
          {({ close }) => (
            <>
              <Heading slot="title" className="text-h3 font-semibold">
                <Marked>{title}</Marked>
              </Heading>
              {children !== undefined && <div className="mt-2 text-text-2">{children}</div>}
              <div className="mt-6 flex flex-wrap gap-2">
                {confirm !== undefined && (
                  <Button
                    look={look === 'danger' ? 'danger' : 'primary'}
                    isDisabled={waits}
                    onPress={() => {
                      close();
                      onConfirm();
                    }}
                  >
                    {confirm}
                  </Button>
                )}
                <Button look="secondary" autoFocus onPress={close}>
                  {cancel}
                </Button>
              </div>
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Something to fill in over the page. */
export function FormDialog({
  title,
  isOpen,
  onClose,
  children,
}: {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      className="fixed inset-0 z-50 flex overflow-auto bg-[rgb(0_0_0/0.5)] p-4"
    >
      <Modal className="m-auto w-full max-w-[34rem]">
        <Dialog className="flex flex-col gap-4 rounded-card border border-line bg-surface p-6 shadow-popup outline-none">
          <Heading slot="title" className="text-h3 font-semibold">
            {title}
          </Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** A button that asks before it acts. */
export function AskButton({
  label,
  labelled,
  isDisabled = false,
  onOpenChange,
  ...asked
}: Asked & {
  label: string;
  /** Its name where several are alike. */
  labelled?: string;
  isDisabled?: boolean;
  onOpenChange?: (open: boolean) => void;
}) {
  return (
    <DialogTrigger {...(onOpenChange && { onOpenChange })}>
      <Button
        look={asked.look ?? 'danger'}
        isDisabled={isDisabled}
        {...(labelled !== undefined && { 'aria-label': labelled })}
      >
        {label}
      </Button>
      <AskDialog {...asked} />
    </DialogTrigger>
  );
}
