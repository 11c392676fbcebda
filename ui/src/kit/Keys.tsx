/** A key as it is printed. */
export function Keys({ keys }: { keys: string }) {
  return (
    <kbd className="rounded-field border border-line bg-sunken px-2 py-[0.1rem] font-sans text-caption font-medium whitespace-nowrap text-text-2">
      {keys}
    </kbd>
  );
}
