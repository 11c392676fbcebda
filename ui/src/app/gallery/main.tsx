// `npm run dev`, then /gallery.html; `?theme=dark`, `?lang=en`, `?text=largest`.

import { createRoot } from 'react-dom/client';
import { wished } from '../../ipc/memory/browser.ts';
import { Gallery } from './Gallery.tsx';
import '../../theme.css';

const root = document.getElementById('root');
if (root !== null)
  createRoot(root).render(<Gallery look={wished(new URLSearchParams(window.location.search))} />);
