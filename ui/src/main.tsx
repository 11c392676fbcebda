import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import type { Host } from './ipc/host.ts';
import { inTauri } from './ipc/where.ts';
import './theme.css';

/** Inside Tauri the real program; in a plain browser, while developing, one in memory. */
async function host(): Promise<Host> {
  if (!inTauri() && (import.meta.env.DEV || import.meta.env.MODE === 'browser')) {
    const { browserHost } = await import('./ipc/memory/browser.ts');
    return browserHost(new URLSearchParams(window.location.search));
  }
  return (await import('./ipc/tauri.ts')).tauriHost;
}

const root = document.getElementById('root');
if (root !== null) host().then((found) => createRoot(root).render(<App host={found} />));
