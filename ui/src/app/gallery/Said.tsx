import { useQuery } from '@tanstack/react-query';
import { ClinicSearch } from '../../choice/ClinicSearch.tsx';
import { DoctorPicker } from '../../choice/DoctorPicker.tsx';
import { SpecialtyList } from '../../choice/SpecialtyList.tsx';
import { useText } from '../../i18n/text.ts';
import { AlertCard } from '../../inbox/InboxPage.tsx';
import type { AlertState, ServiceState } from '../../ipc/host.ts';
import { CLINICS, NO_ONLINE, specialtiesOf } from '../../ipc/memory/city.ts';
import { draft, place } from '../../ipc/memory/fixtures.ts';
import { anyTime, failure, type Memory } from '../../ipc/memory/memory.ts';
import { useQuestions } from '../../ipc/queries.ts';
import { TextInput } from '../../kit/Fields.tsx';
import { EmptyHome } from '../../watches/HomePage.tsx';
import { SlotsTab } from '../../watches/SlotsTab.tsx';
import { Troubles } from '../../watches/StatusLine.tsx';
import { Part } from './Part.tsx';
import { SAMPLES, TOLD } from './sentences.ts';
import { World } from './World.tsx';

const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();
const nothing = () => {};

const SERVICES: ServiceState[] = [
  'down',
  'blocked',
  'slowed',
  'offline',
  'impostor',
  'badCertificate',
];

/** A clinic where nobody can be booked for the specialty now. */
const [NOBODY, NOBODY_THERE] = CLINICS.flatMap(({ id }) =>
  specialtiesOf(id)
    .filter(({ ferId }) => ferId === '64')
    .map((specialty) => [id, specialty.id] as const),
)[0] ?? ['', ''];

export function Said() {
  return (
    <>
      <h2 className="text-h2 font-bold">Sentences</h2>
      <Part name="Troubles">
        {SERVICES.map((service) => (
          <World key={service} begin={({ world }) => troubled(world, service)}>
            <Troubles />
          </World>
        ))}
        <World
          begin={({ world, commands }) => {
            world.slept(ago(400), ago(30));
            commands.pause(new Date(Date.now() + 60 * MINUTE).toISOString());
          }}
        >
          <Troubles />
        </World>
        <World settings={{ hushed: true }} begin={({ world }) => world.silent(ago(30))}>
          <Troubles />
        </World>
        <World begin={({ world }) => world.unsaved('full')}>
          <Troubles />
        </World>
        <World begin={({ world }) => world.restored(ago(5), null)}>
          <Troubles />
        </World>
        <World begin={({ world }) => world.fail('status', failure('storage'), true)}>
          <Troubles />
        </World>
      </Part>
      <Part name="Alerts">
        <World begin={addAlerts}>
          <Alerts />
        </World>
      </Part>
      <Part name="Nothing to show">
        <EmptyHome />
        <ClinicSearch initial="ъъъ" onChoose={nothing} onDraft={nothing} />
        <DoctorPicker
          clinic={NOBODY}
          specialty={NOBODY_THERE}
          value={{ kind: 'any' }}
          onChange={nothing}
        />
        <SpecialtyList clinic={NO_ONLINE} onChoose={nothing} onOther={nothing} />
        <World begin={addUnsuitable}>
          <Unsuitable />
        </World>
        <Required />
      </Part>
      <Part name="Told elsewhere">
        <Told />
      </Part>
    </>
  );
}

function troubled(world: Memory['world'], service: ServiceState) {
  world.add(draft());
  world.service(service);
}

// Counted from when it is drawn: pictures are drawn at a time of their own.
const answers = (): AlertState[] => [
  { kind: 'raised' },
  { kind: 'snoozed', until: ago(-15) },
  { kind: 'acted' },
  { kind: 'dismissed' },
  { kind: 'gone' },
  { kind: 'seen' },
];
const FAILED = answers().length - 1;

function addAlerts({ world }: Memory) {
  answers().forEach((state, index) => {
    const gone = state.kind === 'gone';
    world.raise({
      id: index + 1,
      watchId: 1,
      nickname: index % 2 === 0 ? 'мама' : '',
      clinicId: '100',
      clinic: 'ГП № 87',
      address: 'ул. Ветровая, 21',
      specialty: 'Окулист',
      link: 'https://gorzdrav.spb.ru/service-free-schedule#[]',
      raisedAt: ago(index * 90),
      state,
      slots: [1, 2].map((day) => ({
        doctorId: `д${day}`,
        doctor: day === 1 ? 'Ветров Пётр Ильич' : 'Ясенева Нина Сергеевна',
        start: new Date(Date.now() + day * 1440 * MINUTE).toISOString(),
        end: null,
        room: '435',
        firstSeen: ago(index * 90),
        goneAt: gone || (index === 1 && day === 1) ? ago(index * 90 - 4) : null,
      })),
      deliveries: [
        index === FAILED
          ? { channel: 'desktop', state: 'dead', at: ago(index * 90), why: 'refused' }
          : { channel: 'desktop', state: 'sent', at: ago(index * 90), why: null },
      ],
    });
  });
}

function Alerts() {
  const { data = [] } = useQuery(useQuestions().inbox(20));
  return data.map((alert) => (
    <div key={alert.id} className="@container w-full">
      <AlertCard alert={alert} />
    </div>
  ));
}

function addUnsuitable({ world }: Memory) {
  const wish = { ...anyTime(), notBefore: '2099-01-01' };
  world.release(world.add(draft({ places: [place('100', '2')], wish })).id, 3);
}

function Unsuitable() {
  const { data = [] } = useQuery(useQuestions().watches());
  return data.map((view) => (
    <div key={view.watch.id} className="flex flex-col gap-4">
      <SlotsTab view={view} />
    </div>
  ));
}

function Required() {
  const text = useText();
  return (
    <TextInput
      label={text('who-name')}
      hint={text('who-name-hint')}
      error={text('field-required', SAMPLES)}
      value=""
      onChange={nothing}
    />
  );
}

function Told() {
  const text = useText();
  return (
    <ul className="flex list-disc flex-col gap-2 pl-5">
      {TOLD.map((id) => (
        <li key={id} className="measure">
          {(text as (id: string, args: object) => string)(id, SAMPLES)}
        </li>
      ))}
    </ul>
  );
}
