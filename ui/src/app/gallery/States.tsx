import { useQuery } from '@tanstack/react-query';
import type { WatchState } from '../../ipc/host.ts';
import { addEveryState } from '../../ipc/memory/fixtures.ts';
import { useQuestions } from '../../ipc/queries.ts';
import { WatchCard } from '../../watches/WatchCard.tsx';
import { Part } from './Part.tsx';
import { World } from './World.tsx';

type Kind = WatchState['kind'];

/** Which picture each state is on: by what the person has to do about it. */
const PICTURES: Record<Kind, string> = {
  found: 'there is something',
  opened: 'there is something',
  expired: 'there is something',
  waiting: 'it waits',
  unchecked: 'it waits',
  paused: 'it waits',
  noOnline: 'it waits',
  unbound: 'it needs the person',
  clinicDown: 'it needs the person',
  siteDown: 'nobody can check',
  blocked: 'nobody can check',
  slowed: 'nobody can check',
  offline: 'nobody can check',
};
export const STATES = Object.keys(PICTURES) as Kind[];

export function States() {
  return (
    <World begin={addEveryState}>
      <h2 className="text-h2 font-bold">States</h2>
      {[...new Set(Object.values(PICTURES))].map((picture) => (
        <Part key={picture} name={`State: ${picture}`}>
          <Cards kinds={STATES.filter((kind) => PICTURES[kind] === picture)} />
        </Part>
      ))}
    </World>
  );
}

function Cards({ kinds }: { kinds: Kind[] }) {
  const { data = [] } = useQuery(useQuestions().watches());
  return kinds
    .flatMap((kind) => data.filter(({ state }) => state.kind === kind))
    .map((view) => (
      <div key={view.watch.id} data-state={view.state.kind} className="@container w-full">
        <WatchCard view={view} />
      </div>
    ));
}
