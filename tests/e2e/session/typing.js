// Types words as a person would, and tells for each letter that changed the page how long it took
// until the last change was painted, in milliseconds.
const [words, done] = arguments;
const field = document.querySelector('input[type=search]');
const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
/** Nothing changes any more after so long. */
const SETTLED = 300;

/** A message is handled right after the frame is painted. */
const painted = () =>
  new Promise((then) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then;
      port2.postMessage(null);
    }),
  );

async function type(text) {
  let paint = null;
  const from = performance.now();
  const watcher = new MutationObserver(() => {
    painted().then(() => {
      paint = performance.now() - from;
    });
  });
  watcher.observe(document.querySelector('main'), {
    subtree: true,
    childList: true,
    characterData: true,
  });
  write.call(field, text);
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await new Promise((then) => setTimeout(then, SETTLED));
  watcher.disconnect();
  return paint;
}

(async () => {
  const times = [];
  // The page has just opened.
  await new Promise((then) => setTimeout(then, 4 * SETTLED));
  for (const word of words)
    for (let end = 1; end <= word.length; end++) {
      const time = await type(word.slice(0, end));
      if (time !== null) times.push(time);
    }
  done(times);
})();
