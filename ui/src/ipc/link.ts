// The booking site's page of one specialty: the deepest level the site is known to obey.

/** `[{"district":"12"},{"lpu":"1174"},{"speciality":"4"}]`, `:` and `,` left as they are. */
export function bookingLink(district: string, clinic: string, specialty: string): string {
  const parts = JSON.stringify([{ district }, { lpu: clinic }, { speciality: specialty }]);
  const fragment = encodeURIComponent(parts).replaceAll('%3A', ':').replaceAll('%2C', ',');
  return `https://gorzdrav.spb.ru/service-free-schedule#${fragment}`;
}
