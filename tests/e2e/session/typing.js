// Types words into the search field as a person would and tells how long each change of the list took
// from the letter to the paint, in milliseconds.
const [words, done] = arguments;
const field = document.querySelector('input[type=search]');
const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
const list = () => document.querySelector('main')?.textContent ?? '';
const frame = () => new Promise(requestAnimationFrame);
const LONGEST = 500;

async function type(text) {
  const before = list();
  const from = performance.now();
  write.call(field, text);
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  while (performance.now() - from < LONGEST) {
    await frame();
    if (list() !== before) {
      // The frame after the one that shows the change begins when the change is painted.
      await frame();
      return performance.now() - from;
    }
  }
  return null;
}

(async () => {
  const times = [];
  for (const word of words) {
    for (let end = 1; end <= word.length; end++) {
      const time = await type(word.slice(0, end));
      if (time !== null) times.push(time);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  done(times);
})();
