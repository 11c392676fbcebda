import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ask, useHost } from './host.ts';
import { useQuestions } from './queries.ts';

/** A small text the program keeps under a name, beyond the life of this window. */
export function useKept(
  name: string,
): [text: string | null | undefined, keep: (text: string) => void] {
  const host = useHost();
  const client = useQueryClient();
  const kept = useQuery(useQuestions().form(name));
  return [
    kept.isError ? null : kept.data,
    (text) => {
      client.setQueryData(['form', name], text);
      ask(host.commands.saveForm(name, text)).catch(() => {});
    },
  ];
}
