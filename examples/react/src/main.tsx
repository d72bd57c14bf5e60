import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RelevoProvider } from 'relevo/react';
import { App } from './app.tsx';
import { relevo } from './session.ts';

const place = document.getElementById('app');
if (place)
  createRoot(place).render(
    <StrictMode>
      <RelevoProvider relevo={relevo}>
        <App />
      </RelevoProvider>
    </StrictMode>,
  );
