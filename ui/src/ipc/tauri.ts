import { getCurrentWindow } from '@tauri-apps/api/window';
import { commands, events } from './bindings.ts';
import type { Host } from './host.ts';

function listen<T>(
  event: { listen(cb: (event: { payload: T }) => void): Promise<() => void> },
  heard: (payload: T) => void,
): () => void {
  let stopped = false;
  let unlisten = () => {};
  event
    .listen(({ payload }) => {
      if (!stopped) heard(payload);
    })
    .then((stop) => {
      if (stopped) stop();
      else unlisten = stop;
    });
  return () => {
    stopped = true;
    unlisten();
  };
}

/** The program behind a real window. */
export const tauriHost: Host = {
  commands,
  onChanged: (heard) => listen(events.changed, heard),
  onNavigate: (heard) => listen(events.navigate, heard),
  title: (text) => {
    getCurrentWindow()
      .setTitle(text)
      .catch(() => {});
  },
};
