/** Puts text on the clipboard; tells whether it worked. */
export async function copyText(words: string): Promise<boolean> {
  // No-break spaces are for the page; elsewhere they are in the way.
  const plain = words.replaceAll('\u00a0', ' ');
  try {
    await navigator.clipboard.writeText(plain);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = plain;
    field.className = 'sr-only';
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}
