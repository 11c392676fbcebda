import { type Text, unbroken } from '../i18n/text.ts';
import type { DoctorChoice, Place, WatchView } from '../ipc/host.ts';

/** «Семёнов Пётр Ильич», «любой врач», «любой, кроме: …» */
export function doctorsWords(choice: DoctorChoice, text: Text): string {
  switch (choice.kind) {
    case 'any':
      return text('doctors-any');
    case 'only':
      return choice.doctors.map(({ name }) => name).join(', ');
    case 'except':
      return text('doctors-except', { names: choice.doctors.map(({ name }) => name).join(', ') });
    default:
      return choice satisfies never;
  }
}

/** «Окулист — Семёнов Пётр Ильич»: names stay as they are, never inflected. */
export function watchTitle(places: Place[], text: Text): string {
  const [first] = places;
  if (first === undefined) return '';
  return text('watch-title', {
    specialty: first.specialtyName,
    doctors:
      places.length > 1 && places.some(({ doctors }) => doctors.kind !== 'any')
        ? text('doctors-chosen')
        : doctorsWords(first.doctors, text),
  });
}

/** «Поликлиника № 87 · ул. Дыбенко, 21 · Для: мама» */
export function whereWords(view: WatchView, text: Text): string {
  const { places, nickname } = view.watch;
  const [first] = places;
  const where =
    places.length > 1
      ? [places.map(({ clinicName }) => clinicName).join(', ')]
      : [first?.clinicName, view.addresses[0]];
  return unbroken(
    [...where, nickname === '' ? null : text('for-whom', { nick: nickname })]
      .filter(Boolean)
      .join(' · '),
  );
}
