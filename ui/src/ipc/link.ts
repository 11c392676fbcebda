// The booking site's page of a clinic or of one specialty: the deepest level the site is known to obey.

/** `[{"district":"12"},{"lpu":"1174"},{"speciality":"4"}]`, `:` and `,` left as they are. */
export function bookingLink(district: string, clinic: string, specialty?: string): string {
  const deep = specialty === undefined ? [] : [{ speciality: specialty }];
  const parts = JSON.stringify([{ district }, { lpu: clinic }, ...deep]);
  const fragment = encodeURIComponent(parts).replaceAll('%3A', ':').replaceAll('%2C', ',');
  return `https://gorzdrav.spb.ru/service-free-schedule#${fragment}`;
}
