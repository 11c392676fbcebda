// Clinics chosen lately, newest first: whoever looked at one once will often want it again.

import { useKept } from '../ipc/form.ts';
import type { ClinicId } from '../ipc/host.ts';

const KEPT = 5;

function read(kept: string | null | undefined): ClinicId[] {
  try {
    const list: unknown = JSON.parse(kept ?? '[]');
    return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** `undefined` until it is known. */
export function useRecent(): [recent: ClinicId[] | undefined, remember: (id: ClinicId) => void] {
  const [kept, keep] = useKept('recent-clinics');
  const recent = read(kept);
  return [
    kept === undefined ? undefined : recent,
    (id) => {
      // Nothing is written over what is not read yet.
      if (kept === undefined) return;
      keep(JSON.stringify([id, ...recent.filter((other) => other !== id)].slice(0, KEPT)));
    },
  ];
}
